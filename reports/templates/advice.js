// Ranks the schemes of this run for your circumstances; reports/advice/ranking.py and cost.py are the same.
"use strict";
(() => {
  let known = JSON.parse(document.getElementById("advice-data").textContent);
  const form = document.getElementById("advice-form");
  const target = document.getElementById("advice-answer");

  // What a login does in its life, as reports/measures/life.py has it.
  const firstAfter = (requests, perLogin) => {
    const ends = 1 / perLogin;
    const outlives = Math.exp(-requests * ends);
    return (ends * outlives) / (1 - (1 - ends) * outlives);
  };

  const sharesOf = (scheme, q) => {
    const { touch_s, updates, hours } = known.constants;
    const perLogin = Math.max(1, (hours * 3600) / q.every_s);
    const reads = 1 - updates;
    const shares = { update: updates, login: 1 / perLogin, logout: 1 / perLogin };
    if (scheme.mechanism !== "token") {
      const touched = firstAfter(touch_s / q.every_s, perLogin);
      return { ...shares, check: reads * (1 - touched), touch: reads * touched };
    }
    let renewed = firstAfter(q.token_s / q.every_s, perLogin);
    if (q.caller === "mobile") renewed = Math.max(renewed, q.every_s / q.token_s);
    return { ...shares, check: reads, renewal: renewed };
  };

  const costOf = (scheme, q) => {
    if (!scheme.measured) return null;
    let cpu = scheme.cost_us, half = 0, operations = scheme.round_trips, renewals = 0;
    if (scheme.prices !== null) {
      cpu = operations = 0;
      const shares = sharesOf(scheme, q);
      renewals = shares.renewal ?? 0;
      for (const event of known.events)
        if (event in shares) {
          cpu = cpu + shares[event] * scheme.prices[event].us;
          half = half + shares[event] * scheme.prices[event].half_us;
          operations = operations + shares[event] * scheme.prices[event].operations;
        }
    }
    if (scheme.cached) operations = operations / (1 + q.cache_s / (q.every_s * q.nodes));
    const model = scheme.model;
    if (model !== null) {
      cpu = cpu + model.claim_us * q.claims;
      if (q.sessions > model.base) cpu = cpu + model.tenfold_us * Math.log10(q.sessions / model.base);
    }
    const waits = scheme.networked ? operations * q.round_trip_ms * 1000 : 0;
    return { cost_us: cpu + waits, cpu_us: cpu, half_us: half, operations, renewals };
  };

  const bytesOf = (scheme, claims) => {
    const sizes = scheme.sizes;
    if (sizes.length === 0) return 0;
    if (sizes.length === 1) return sizes[0][1];
    let place = 1;
    while (place < sizes.length - 1 && sizes[place][0] < claims) place += 1;
    const left = sizes[place - 1], right = sizes[place];
    const slope = (right[1] - left[1]) / (right[0] - left[0]);
    return left[1] + slope * (claims - left[0]);
  };

  const bitesOf = (scheme, q) => {
    const variables = { token: q.token_s, poll: q.poll_s, cache: q.cache_s, fixed: scheme.bound.s };
    const bites = variables[scheme.bound.kind];
    return scheme.late_accepts && scheme.worst_s !== null ? Math.max(bites, scheme.worst_s) : bites;
  };

  const misfitsOf = (scheme, q) => {
    const found = [];
    if (q.caller === "browser" && scheme.transport !== "cookie") found.push({ text: "script_holds" });
    if (["mobile", "service"].includes(q.caller) && scheme.transport === "cookie") found.push({ text: "no_cookies" });
    if (q.verifier !== "ours") {
      if (scheme.verified_with === "secret") found.push({ text: `${q.verifier}_mint` });
      else if (scheme.verified_with !== "public-key") found.push({ text: `${q.verifier}_store` });
      else if (!scheme.elsewhere) found.push({ text: `${q.verifier}_denials` });
    }
    return found;
  };

  const lacksOf = (scheme, q, cost) => {
    const found = [];
    if (cost === null) found.push({ text: "not_measured" });
    if (q.nodes > 1 && !scheme.shared) found.push({ text: "one_machine", nodes: q.nodes });
    if (scheme.late_accepts) found.push({ text: "broke_claim" });
    const bites = bitesOf(scheme, q);
    if (bites > q.revoke_within_s)
      found.push({ text: scheme.bound.kind === "token" ? "late_token" : "bites_late", bites_s: bites, wanted_s: q.revoke_within_s });
    const ceiling = scheme.claims_max;
    if (ceiling !== null && q.claims > ceiling) found.push({ text: "too_many_claims", claims_max: ceiling, claims: q.claims });
    found.push(...misfitsOf(scheme, q));
    if (["logins", "both"].includes(q.survive) && scheme.stays_in === false) found.push({ text: "out_when_down" });
    if (["revocations", "both"].includes(q.survive) && scheme.stays_out === false) found.push({ text: "back_in" });
    return found;
  };

  const throughOutages = (one) => (one.scheme.stays_in === true) + (one.scheme.stays_out === true);

  const tieOf = (tied) => {
    if (tied.length < 2) return [];
    const others = tied.slice(1).map((one) => one.ranked.name).join(", ");
    const decided = throughOutages(tied[0]) > throughOutages(tied[1]);
    return [{ text: decided ? "tie_outage" : "tie", others }];
  };

  const among = (q, ordered, first) => {
    const found = [];
    for (const one of ordered.slice(1))
      if (one.ranked.lacks.length > 0 && one.cost !== null && one.cost.cost_us < first.cost.cost_us)
        found.push({ text: "cheaper_but", other: one.ranked.name, less_us: first.cost.cost_us - one.cost.cost_us, why: one.ranked.lacks[0] });
    const able = ordered.filter((one) => one.ranked.lacks.length === 0);
    const lightest = able.reduce((best, one) => (one.ranked.bytes < best.ranked.bytes ? one : best));
    const more = first.ranked.bytes - lightest.ranked.bytes;
    if (more > 0)
      found.push({ text: "heavier", other: lightest.ranked.name, more_bytes: more, gb_a_day: (more * (q.sessions / q.every_s) * 86400) / 1000000000 });
    return found;
  };

  const beyond = (q, scheme) => {
    const found = [];
    if (scheme.prices === null) found.push({ text: "no_prices" });
    if (scheme.model === null) found.push({ text: "no_model" });
    else {
      if (q.round_trip_ms > known.farthest_ms && scheme.round_trips > 0)
        found.push({ text: "far", rtt_ms: q.round_trip_ms, farthest_ms: known.farthest_ms });
      if (q.sessions > known.most_sessions)
        found.push({ text: "many", sessions: q.sessions, most_sessions: known.most_sessions });
    }
    if (!known.valid) found.push({ text: "not_valid" });
    return found;
  };

  const againstOf = (q, ordered, tied) => {
    const first = tied[0], scheme = first.scheme;
    const found = tieOf(tied).concat(among(q, ordered, first));
    if (first.cost.operations > 0)
      found.push({ text: "asks_store", store_per_s: first.cost.operations * (q.sessions / q.every_s) });
    if (first.ranked.bites_s > 0) found.push({ text: "window", bites_s: first.ranked.bites_s });
    if (scheme.mechanism === "token" && q.survive !== "nothing") found.push({ text: "renewals_stop", token_s: q.token_s });
    found.push(...scheme.faults);
    if ((scheme.stays_in === null || scheme.stays_out === null) && first.cost.operations > 0) found.push({ text: "outage_unknown" });
    return found.concat(beyond(q, scheme));
  };

  const takesOf = (q, first) => {
    const cost = first.cost, scheme = first.scheme;
    const perSecond = q.sessions / q.every_s;
    const found = [];
    if (known.bare_us !== null && cost.cpu_us + known.bare_us > 0)
      found.push({ text: "per_core", per_core: 1000000 / (cost.cpu_us + known.bare_us) });
    found.push({ text: "operations", store_per_s: cost.operations * perSecond });
    if (cost.renewals > 0) found.push({ text: "renewals", renewals: cost.renewals * perSecond, token_s: q.token_s });
    let memory = null;
    if (scheme.store_bytes !== null) {
      memory = (scheme.store_bytes * q.sessions) / 1000000000;
      found.push({ text: "memory", memory_gb: memory, sessions: q.sessions });
    }
    found.push({ text: "traffic", gb_a_day: (first.ranked.bytes * perSecond * 86400) / 1000000000 });
    let money = (cost.cpu_us / 3600) * q.core_hour;
    money = money + cost.operations * q.million_operations;
    money = money + (first.ranked.bytes / 1000) * q.traffic_gb;
    if (memory !== null) money = money + memory * (1000000 / perSecond / 3600) * q.memory_gb_hour;
    if (money > 0) found.push({ text: "money", money });
    return found;
  };

  const byCost = (one, other) =>
    (one.cost === null ? 0 : one.cost.cost_us) - (other.cost === null ? 0 : other.cost.cost_us) ||
    (one.ranked.name < other.ranked.name ? -1 : 1);

  const isTied = (first, other) => {
    const noise = known.noise_us === null ? 0 : 2 * known.noise_us;
    const mine = first.cost.half_us, theirs = other.cost.half_us;
    return other.cost.cost_us - first.cost.cost_us <= Math.max(noise, Math.sqrt(mine * mine + theirs * theirs));
  };

  const advise = (q) => {
    const every = known.schemes.map((scheme) => {
      const cost = costOf(scheme, q);
      return {
        scheme,
        cost,
        ranked: {
          name: scheme.name,
          cost_us: cost === null ? null : cost.cost_us,
          bytes: bytesOf(scheme, q.claims),
          bites_s: bitesOf(scheme, q),
          lacks: lacksOf(scheme, q, cost),
        },
      };
    });
    // A token that asks the store every time does what a session does.
    if (every.some((one) => one.ranked.lacks.length === 0 && one.scheme.mechanism === "session"))
      for (const one of every)
        if (one.ranked.lacks.length === 0 && one.scheme.asks) one.ranked.lacks = [{ text: "like_session" }];
    const able = every.filter((one) => one.ranked.lacks.length === 0).sort(byCost);
    const tied = able.filter((one) => isTied(able[0], one));
    tied.sort((one, other) => throughOutages(other) - throughOutages(one) || byCost(one, other));
    const rest = able.filter((one) => !tied.includes(one));
    const others = every.filter((one) => one.ranked.lacks.length > 0);
    others.sort(
      (one, other) =>
        (one.cost === null) - (other.cost === null) ||
        one.ranked.lacks.length - other.ranked.lacks.length ||
        byCost(one, other),
    );
    const ordered = [...tied, ...rest, ...others];
    return {
      ranked: ordered.map((one) => one.ranked),
      against: tied.length ? againstOf(q, ordered, tied) : [],
      takes: tied.length ? takesOf(q, tied[0]) : [],
    };
  };

  const written = (name, value) => {
    if (typeof value === "string") return value;
    const decimals = known.numbers[name];
    const scale = 10 ** decimals;
    const rounded = Math.floor(value * scale + 0.5) / scale;
    return rounded.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  };

  const say = (said) => {
    let text = known.texts[said.text];
    for (const [name, value] of Object.entries(said)) {
      if (name === "why") text = text.replaceAll("{why}", say(value));
      else if (name !== "text") text = text.replaceAll(`{${name}}`, written(name, value));
    }
    return text;
  };

  const answer = (first) =>
    first.lacks.length > 0 || first.cost_us === null
      ? say({ text: "nothing" })
      : say({ text: first.bytes > 0 ? "answer" : "answer_plain", name: first.name, cost_us: first.cost_us, bytes: first.bytes });

  const add = (parent, tag, text, look) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (look) made.className = look;
    parent.append(made);
    return made;
  };

  const tabled = (parent, columns, rows) => {
    const table = add(parent, "table");
    const head = add(add(table, "thead"), "tr");
    for (const column of columns) add(head, "th", column).scope = "col";
    const body = add(table, "tbody");
    for (const row of rows) {
      const line = add(body, "tr");
      row.forEach((cell, place) => {
        const made = add(line, place ? "td" : "th", cell);
        if (place) made.dataset.of = columns[place];
        else made.scope = "row";
      });
    }
  };

  const show = (q) => {
    const advice = advise(q);
    const first = advice.ranked[0];
    const fresh = document.createDocumentFragment();
    add(fresh, "p", answer(first), first.lacks.length ? "choice none" : "choice");
    if (advice.against.length) {
      add(fresh, "h3", "What argues against it");
      const list = add(fresh, "ul", "", "caveats");
      for (const one of advice.against) add(list, "li", say(one));
    }
    if (advice.takes.length) {
      add(fresh, "h3", "What it takes");
      const list = add(fresh, "ul");
      for (const one of advice.takes) add(list, "li", say(one));
    }
    add(fresh, "h3", "All schemes, in order");
    tabled(fresh, ["scheme", "cost", "bytes", "revoked within", "what it lacks"], advice.ranked.map((one) => [
      one.name,
      one.cost_us === null ? known.texts.unmeasured : `${written("cost_us", one.cost_us)} µs`,
      written("bytes", one.bytes),
      one.bites_s > 0 ? `${written("bites_s", one.bites_s)} s` : "at once",
      one.lacks.map(say).join("; ") || "nothing",
    ]));
    const fold = add(fresh, "details");
    fold.open = target.querySelector("details")?.open ?? false;
    add(fold, "summary", `Rows it rests on, for ${first.name}`);
    const rows = known.schemes.find((one) => one.name === first.name).rows;
    tabled(fold, ["metric", "value", "under"], rows.map(([metric, value, about]) => [metric, value, about || "\u2014"]));
    target.replaceChildren(fresh);
  };

  const asked = () => {
    const q = {};
    for (const field of form.elements) {
      if (!field.name) continue;
      if (field.tagName === "SELECT") q[field.name] = field.value;
      else {
        const fits = field.checkValidity() && field.value !== "";
        field.setAttribute("aria-invalid", String(!fits));
        if (!fits) return null;
        q[field.name] = Number(field.value);
      }
    }
    return q;
  };

  const update = () => {
    const q = asked();
    if (q !== null) show(q);
  };
  // For whoever wants to ask by program, and of other data.
  globalThis.adviceData = (other) => { known = other; };
  globalThis.advise = (q) => {
    const advice = advise(q);
    return { ...advice, said: advice.against.concat(advice.takes).map(say), answer: answer(advice.ranked[0]) };
  };
  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  update();
})();
