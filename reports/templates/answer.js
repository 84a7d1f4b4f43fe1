// Answers for the reader's own system; reports/answer/ says the same, and a test holds the two together.
"use strict";
(() => {
  const known = JSON.parse(document.getElementById("answer-data").textContent);
  const byId = Object.fromEntries(known.schemes.map((one) => [one.id, one]));
  const isPair = (one, other) => ([a, b]) => (a === one.id && b === other.id) || (a === other.id && b === one.id);

  // Numbers for people.
  const digits = (value) => {
    if (value === 0) return "0";
    const sign = value < 0 ? "\u2212" : "", size = Math.abs(value);
    let exponent = Math.floor(Math.log10(size));
    let whole = Math.floor(size / 10 ** (exponent - 1) + 0.5);
    if (whole === 100) [whole, exponent] = [10, exponent + 1];
    if (exponent >= 1) return sign + (whole * 10 ** (exponent - 1)).toLocaleString("en-US");
    return sign + (whole / 10 ** (1 - exponent)).toFixed(1 - exponent).replace(/0$/, "").replace(/\.0$/, "").replace(/\.$/, "");
  };
  const costed = (us) => (us < 995 ? `${digits(us)} µs` : `${digits(us / 1000)} ms`);
  const milliseconds = (ms) => (ms < 995 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`);
  const duration = (s) => {
    if (s < 60) return `${digits(s)} s`;
    if (s < 3600) return `${digits(s / 60)} min`;
    if (s < 86400) return `${digits(s / 3600)} h`;
    const count = digits(s / 86400);
    return count === "1" ? "1 day" : `${count} days`;
  };
  const percent = (share) => (share < 0.001 ? "less than 0.1 %" : `${digits(share * 100)} %`);
  const whole = (value) => Math.round(value).toLocaleString("en-US");
  const say = (name, values = {}) => {
    let text = known.texts[name];
    for (const [key, value] of Object.entries(values)) text = text.replaceAll(`{${key}}`, String(value));
    return text;
  };

  // What each scheme costs and gives up there.
  const missUs = (one, q) => one.miss_us + one.miss_slope_us * q.rtt_ms;
  const costUs = (one, q) => {
    if (one.us === null) return null;
    if (one.cached_s === null || one.miss_us === null) return one.us + one.slope_us * q.rtt_ms;
    return one.us + (1 / (1 + one.cached_s / q.every_s)) * (missUs(one, q) - one.us);
  };
  const timesByRound = (dear, cheap, q) => {
    const rounds = Math.min(dear.blocks.length, cheap.blocks.length);
    if (rounds < 2 || dear.miss_us !== null || cheap.miss_us !== null) return [];
    const [above, below] = [dear, cheap].map((one) => one.blocks.slice(0, rounds).map((us) => us + one.slope_us * q.rtt_ms));
    if (Math.min(...below) <= 0 || Math.min(...above) <= 0) return [];
    return above.map((us, place) => us / below[place]);
  };
  const lifeUs = (one, q) => {
    const prices = one.prices;
    if (prices === null) return null;
    if (one.kind === "token") return prices.check + prices.renewal / (1 + q.life_s / q.every_s);
    return prices.check + (1 / (1 + 60 / q.every_s)) * (prices.touch - prices.check);
  };
  const endsS = (one, q) => (one.ends === "immediate" ? 0 : one.ends === "at-expiry" ? q.life_s : one.bound_s);
  const lackOf = (one, q) => {
    if (one.local) return "lack_local";
    if (one.broken) return "lack_broken";
    if (endsS(one, q) > q.need_s) return "lack_late";
    if (["logins", "both"].includes(q.survive) && one.stays_in === false) return "lack_down";
    if (["revocations", "both"].includes(q.survive) && one.stays_out === false) return "lack_back";
    return "";
  };
  const ranked = (q) => known.schemes
    .filter((one) => one.ours && one.us !== null)
    .sort((a, b) => costUs(a, q) - costUs(b, q) || (a.id < b.id ? -1 : 1));
  const isUnsure = (one, other, q) => {
    const mine = costUs(one, q), others = costUs(other, q), noise = known.noise_us;
    if (noise === null || mine === null || others === null) return true;
    if (Math.abs(mine - others) < 2 * noise) return true;
    if (!known.unsure.some(isPair(one, other))) return false;
    return Math.abs(mine - one.us - (others - other.us)) < 2 * noise;
  };
  const advised = (q) => {
    const able = ranked(q).filter((one) => !lackOf(one, q));
    const tied = able.slice(1).filter((one) => isUnsure(able[0], one, q));
    const first = [...able.slice(0, 1), ...tied].sort((a, b) => (a.stays_in !== true) - (b.stays_in !== true));
    return [...first, ...able.filter((one) => !first.includes(one))];
  };

  // The sentences.
  const called = (one) => one.title.startsWith("JWT") ? `a ${one.title}`
    : /^(Session|Cached)/.test(one.title) ? `a ${one.title[0].toLowerCase()}${one.title.slice(1)}` : one.title;
  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const short = ([a, b]) => {
    const nouns = { session: "the session", token: "the token" };
    return a.kind === b.kind ? ["the first", "the second"] : [nouns[a.kind], nouns[b.kind]];
  };
  const away = (ms) => (ms ? say("away", { distance: milliseconds(ms) }) : say("same_machine"));
  const within = (s) => (s ? say("when_within", { time: duration(s) }) : say("when_at_once"));
  const placed = (one, q) => (one.asks ? ` ${away(q.rtt_ms)}` : "");
  const howOf = (one, q) => {
    if (one.broken) return say("broke");
    const s = endsS(one, q);
    if (!s) return say("at_once");
    return say(one.ends === "at-expiry" ? "until" : "later", { time: duration(s) });
  };
  const headlineOf = (q, pair) => {
    if (pair.length === 0) return say("nothing");
    const costs = pair.map((one) => costUs(one, q));
    const doubtful = pair.filter((one) => one.id in known.withheld);
    if (doubtful.length) {
      const reason = doubtful.find((one) => one.rough)?.rough;
      return reason ? say("blurred", { reason }) : say("withheld");
    }
    if (costs.includes(null)) return say("uncosted");
    if (pair.length === 1) return say("one", { A: capital(called(pair[0])), cost_a: costed(costs[0]) });
    if (isUnsure(pair[0], pair[1], q)) return say("unsure", { a: called(pair[0]), b: called(pair[1]) });
    const [cheap, dear] = costs[0] < costs[1] ? pair : [pair[1], pair[0]];
    const low = Math.min(...costs), high = Math.max(...costs);
    const values = {
      A: capital(called(dear)) + placed(dear, q), b: called(cheap) + (dear.asks ? "" : placed(cheap, q)),
      cost_a: costed(high), cost_b: costed(low),
    };
    if (low > 0 && high / low < 1.15) return say("same", values);
    return say("slower", { times: digits(high / Math.max(low, 0.1)), ...values });
  };
  const endsOf = (q, pair) => {
    if (pair.length === 0) return "";
    const times = pair.map((one) => endsS(one, q));
    if (pair.length === 1) return say("one_ends", { how_x: howOf(pair[0], q) });
    if (!pair.some((one) => one.broken) && times[0] === times[1])
      return times[0] ? say("both_later", { time: duration(times[0]) }) : say("both_at_once");
    const [x, y] = short(pair);
    return say("ends", { x, y, how_x: howOf(pair[0], q), how_y: howOf(pair[1], q) });
  };
  const whenOf = (q, pair, costs) => {
    const told = [], [cheap, dear] = costs[0] < costs[1] ? pair : [pair[1], pair[0]];
    const name = short(pair)[pair.indexOf(dear)], steeper = dear.slope_us - cheap.slope_us;
    const ordinary = cheap.cached_s === null && dear.cached_s === null;
    if (ordinary && steeper > 0 && dear.us < cheap.us)
      told.push(say("nearer", { X: capital(name), distance: milliseconds((cheap.us - dear.us) / steeper) }));
    else if (ordinary && steeper >= 0) told.push(say("never", { X: capital(name) }));
    if (endsS(dear, q) < endsS(cheap, q)) {
      const prompt = ranked(q).find((one) => one.kind === cheap.kind && !one.local && one.ends === "immediate");
      if (prompt) {
        const its = costUs(prompt, q), values = { y: called(prompt), cost: costed(its) };
        if (isUnsure(prompt, dear, q)) told.push(say("level", { x: name, ...values }));
        else if (its < Math.max(...costs)) told.push(say("still", values));
        else told.push(say("wins", { x: name, ...values }));
      }
    }
    return told;
  };
  const leadOf = (q, pair) => {
    const costs = pair.map((one) => costUs(one, q));
    if (pair.length < 2 || costs.includes(null) || pair.some((one) => known.withheld[one.id])) return [];
    const gap = Math.abs(costs[0] - costs[1]);
    const told = [say("counted"), say("matters", { gap: costed(gap), percent: percent(gap / (q.whole_ms * 1000)), whole: milliseconds(q.whole_ms) })];
    const trip = Math.abs(costs[0] - costs[1] - (pair[0].us - pair[1].us));
    if (gap && trip / gap >= 0.7) told.push(say("trip"));
    if (pair[0].kind !== pair[1].kind && !isUnsure(pair[0], pair[1], q)) told.push(...whenOf(q, pair, costs));
    return told;
  };
  const lackSaid = (one, q) => {
    const name = lackOf(one, q);
    return name ? say(name, { time: duration(endsS(one, q)) }) : "";
  };
  const givesUp = (q, best, order) => {
    const told = [];
    if (endsS(best, q)) told.push(say("give_window", { time: duration(endsS(best, q)) }));
    if (best.stays_in === false) told.push(say("give_down"));
    if (best.stays_out === false) told.push(say("give_back"));
    if (best.stays_in === null && best.asks) told.push(say("give_unknown"));
    if (best.verified_with === "secret") told.push(say("give_key"));
    const cheapest = order.find((one) => !one.local) ?? best, less = costUs(best, q) - costUs(cheapest, q);
    if (less > 0 && lackOf(cheapest, q) && !isUnsure(cheapest, best, q))
      told.push(say("give_cheaper", { title: cheapest.title, cost: costed(less), lack: lackSaid(cheapest, q) }));
    return told.length ? told : [say("give_nothing")];
  };
  const adviceOf = (q) => {
    const order = ranked(q);
    if (order.length === 0 || Object.keys(known.withheld).length) return ["", [], []];
    const able = advised(q);
    if (able.length === 0) {
      const near = order.find((one) => !one.local) ?? order[0];
      return ["", [say("none"), say("nearest", { title: near.title, lack: lackSaid(near, q) })], []];
    }
    const best = able[0], told = [say("picked", { cost: costed(costUs(best, q)), when: within(endsS(best, q)) })];
    const tied = able.slice(1).filter((one) => isUnsure(best, one, q)).map((one) => one.title);
    if (tied.length) told.push(say("tied", { names: tied.slice(0, 2).join(" and ") }));
    return [best.title, told, givesUp(q, best, order)];
  };
  const costCell = (one, q) => {
    const its = costUs(one, q);
    if (its === null) return say("not_measured");
    if (one.cached_s === null || one.miss_us === null) return costed(its);
    return say("cost_cached", { cost: costed(its), hit: costed(one.us), time: duration(one.cached_s), miss: costed(missUs(one, q)) });
  };
  const down = (one) => one.local ? say("no_store") : one.stays_in === null ? say("not_measured") : say(one.stays_in ? "stays_in" : one.some_in ? "some_out" : "shut_out");
  const back = (one) => one.stays_out === false ? say("back_in")
    : one.keeps === null ? say(one.local ? "no_store" : "not_measured") : say(one.keeps ? "unchanged" : "logged_out");
  const renews = (one, q) => {
    const requests = q.life_s / q.every_s;
    return one.kind !== "token" ? say("renew_none") : requests < 1.5 ? say("renew_one") : say("renew_some", { count: digits(requests) });
  };
  const bytesOf = (size) => (size === null ? say("not_measured") : say("bytes", { count: whole(size) }));
  const linesOf = (q, pair) => {
    if (pair.length < 2) return [];
    const names = short(pair), costs = pair.map((one) => costUs(one, q)), lines = [];
    const line = (label, cells, winner, remark) => lines.push({ label: say(label), first: cells[0], second: cells[1], winner, remark });
    const cells = pair.map((one) => costCell(one, q));
    if (costs.includes(null)) line("row_cost", cells, -1, "");
    else if (isUnsure(pair[0], pair[1], q)) line("row_cost", cells, -1, say("cost_even"));
    else {
      const winner = costs[0] < costs[1] ? 0 : 1;
      const said = { gap: costed(Math.abs(costs[0] - costs[1])), x: names[winner] };
      const times = timesByRound(pair[1 - winner], pair[winner], q);
      if (times.length) {
        const ratio = digits(costs[1 - winner] / Math.min(...costs)), [low, high] = [Math.min, Math.max].map((end) => digits(end(...times)));
        line("row_cost", cells, winner, say("cost_times", { times: ratio, low, high, ...said }));
      } else line("row_cost", cells, winner, say("cost_gap", said));
    }
    const times = pair.map((one) => (one.broken ? Infinity : endsS(one, q)));
    let remark = pair.some((one) => one.ends === "at-expiry") ? say("ends_remark") : "";
    if (!remark) {
      const fewest = Math.min(...pair.map((one) => one.tested));
      remark = fewest ? say("tested", { count: whole(fewest) }) : say("untested");
    }
    line("row_ends", pair.map((one) => howOf(one, q)), times[0] === times[1] ? -1 : times[1] < times[0] ? 1 : 0, remark);
    const sizes = pair.map((one) => one.bytes), weighs = sizes.map(bytesOf);
    if (sizes.includes(null) || sizes[0] === sizes[1]) line("row_bytes", weighs, -1, "");
    else {
      const winner = sizes[1] < sizes[0] ? 1 : 0;
      line("row_bytes", weighs, winner, say("bytes_gap", { gap: whole(Math.abs(sizes[0] - sizes[1])), x: names[1 - winner] }));
    }
    const stays = pair.map((one) => one.stays_in);
    line("row_down", pair.map(down), stays.includes(null) || stays[0] === stays[1] ? -1 : stays[1] ? 1 : 0, "");
    line("row_back", pair.map(back), -1, "");
    const lives = pair.map((one) => lifeUs(one, q));
    if (!lives.includes(null)) {
      const winner = Math.max(...lives) < 1.1 * Math.min(...lives) ? -1 : lives[1] < lives[0] ? 1 : 0;
      const gap = costed(Math.abs(lives[0] - lives[1]));
      line("row_life", lives.map(costed), winner, winner < 0 ? say("cost_even") : say("cost_gap", { gap, x: names[winner] }));
    }
    line("row_renew", pair.map((one) => renews(one, q)), -1, say("renew_remark", { every: duration(q.every_s) }));
    return lines;
  };
  const sureOf = (pair) => {
    if (pair.length < 2 || pair.some((one) => one.us === null)) return pair.length ? [say("sure_unknown")] : [];
    const rounds = Math.min(...pair.map((one) => one.blocks.length));
    if (rounds < 2) return [say("sure_once"), say("sure_trust")];
    const won = pair[0].blocks.slice(0, rounds).filter((us, place) => us < pair[1].blocks[place]).length;
    const winner = won * 2 >= rounds ? 0 : 1;
    const values = { x: short(pair)[winner], count: winner ? rounds - won : won, rounds };
    if (known.noise_us === null) return [say("sure_no_noise", values), say("sure_trust")];
    const told = [say("sure_rounds", { noise: costed(known.noise_us), ...values })];
    for (const [session, token, ...ratio] of known.ratios) if (isPair(...pair)([session, token])) {
      const [times, low, high] = ratio.map(digits);
      told.push(say("sure_ratio", { times, low, high }));
    }
    const rough = pair.find((one) => one.rough);
    if (rough) told.push(say("sure_rough", { reason: rough.rough }));
    return [...told, say("sure_trust")];
  };
  const pairOf = (first, second) => {
    const pair = [first, second].filter((id) => id in byId).map((id) => byId[id]);
    return pair.length < 2 ? known.pair.map((id) => byId[id]) : pair;
  };
  const answer = (q, first = "", second = "") => {
    const pair = pairOf(first, second), [pick, picked, gives_up] = adviceOf(q);
    return {
      headline: headlineOf(q, pair), ends: endsOf(q, pair), lead: leadOf(q, pair),
      pick, picked, gives_up, lines: linesOf(q, pair), sure: sureOf(pair),
    };
  };
  globalThis.firstScreen = { known, byId, answer, pairOf, costUs, missUs, endsS, lackSaid, howOf, say, costed, milliseconds, duration, within, away };
})();
