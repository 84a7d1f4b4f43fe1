// Ranks the schemes of this run for your circumstances; reports/advice/ranking.py is the same.
"use strict";
(() => {
  const known = JSON.parse(document.getElementById("advice-data").textContent);
  const form = document.getElementById("advice-form");
  const target = document.getElementById("advice-answer");

  const costOf = (scheme, q) => {
    const model = scheme.model;
    const trips = model === null ? scheme.round_trips : model.round_trips;
    let cost = scheme.cost_us + trips * q.round_trip_ms * 1000;
    if (model === null) return cost;
    cost = cost + model.claim_us * q.claims;
    if (q.sessions > model.base) cost = cost + model.tenfold_us * Math.log10(q.sessions / model.base);
    return cost;
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

  const bitesOf = (scheme) =>
    scheme.late_accepts && scheme.worst_s !== null ? Math.max(scheme.bound_s, scheme.worst_s) : scheme.bound_s;

  const lacksOf = (scheme, q) => {
    const found = [];
    if (q.nodes > 1 && !scheme.shared) found.push({ text: "one_machine", nodes: q.nodes });
    if (scheme.late_accepts) found.push({ text: "broke_claim" });
    const bites = bitesOf(scheme);
    if (bites > q.revoke_within_s) found.push({ text: "bites_late", bites_s: bites, wanted_s: q.revoke_within_s });
    const ceiling = scheme.claims_max;
    if (ceiling !== null && q.claims > ceiling) found.push({ text: "too_many_claims", claims_max: ceiling, claims: q.claims });
    if (["logins", "both"].includes(q.survive) && scheme.stays_in === false) found.push({ text: "out_when_down" });
    if (["revocations", "both"].includes(q.survive) && scheme.stays_out === false) found.push({ text: "back_in" });
    return found;
  };

  const among = (q, ranked, first) => {
    const found = [];
    const noise = known.noise_us;
    if (ranked.length > 1 && ranked[1].lacks.length === 0 && noise !== null && ranked[1].cost_us - first.cost_us < 2 * noise)
      found.push({ text: "near", other: ranked[1].name });
    for (const one of ranked.slice(1))
      if (one.lacks.length > 0 && one.cost_us < first.cost_us)
        found.push({ text: "cheaper_but", other: one.name, less_us: first.cost_us - one.cost_us, why: one.lacks[0] });
    const able = ranked.filter((one) => one.lacks.length === 0);
    const lightest = able.reduce((best, one) => (one.bytes < best.bytes ? one : best));
    const more = first.bytes - lightest.bytes;
    if (more > 0)
      found.push({ text: "heavier", other: lightest.name, more_bytes: more, gb_a_day: (more * q.requests_per_s * 86400) / 1000000000 });
    return found;
  };

  const beyond = (q, scheme) => {
    const found = [];
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

  const against = (q, ranked) => {
    if (ranked.length === 0 || ranked[0].lacks.length > 0) return [];
    const first = ranked[0];
    const scheme = known.schemes.find((one) => one.name === first.name);
    const found = among(q, ranked, first);
    const asked = scheme.round_trips * q.requests_per_s;
    if (asked > 0) found.push({ text: "asks_store", store_per_s: asked });
    if (first.bites_s > 0) found.push({ text: "window", bites_s: first.bites_s });
    const lifetime = scheme.lifetime_s;
    if (lifetime !== null) found.push({ text: "renewals", renewals: q.sessions / lifetime, lifetime_s: lifetime });
    if ((scheme.stays_in === null || scheme.stays_out === null) && scheme.round_trips > 0) found.push({ text: "outage_unknown" });
    return found.concat(beyond(q, scheme));
  };

  const byPreference = (one, other) =>
    one.lacks.length - other.lacks.length || one.cost_us - other.cost_us || (one.name < other.name ? -1 : 1);

  const advise = (q) => {
    const ranked = known.schemes.map((scheme) => ({
      name: scheme.name,
      cost_us: costOf(scheme, q),
      bytes: bytesOf(scheme, q.claims),
      bites_s: bitesOf(scheme),
      lacks: lacksOf(scheme, q),
    }));
    ranked.sort(byPreference);
    return { ranked, against: against(q, ranked) };
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
    first.lacks.length > 0
      ? say({ text: "nothing" })
      : say({ text: "answer", name: first.name, cost_us: first.cost_us, bytes: first.bytes });

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
    add(fresh, "h3", "All schemes, in order");
    tabled(fresh, ["scheme", "cost", "bytes", "revoked within", "what it lacks"], advice.ranked.map((one) => [
      one.name,
      `${written("cost_us", one.cost_us)} µs`,
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
  globalThis.advise = (q) => {
    const advice = advise(q);
    return { ...advice, said: advice.against.map(say), answer: answer(advice.ranked[0]) };
  };
  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  update();
})();
