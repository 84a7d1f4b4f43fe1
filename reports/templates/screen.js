// The first screen's sliders, picture and table; what they say comes from answer.js.
"use strict";
(() => {
  const { known, byId, answer, pairOf, costUs, missUs, endsS, lackSaid, howOf, say, costed, milliseconds, duration, within, away } = globalThis.firstScreen;
  const $ = (id) => document.getElementById(id);
  const form = $("system"), plot = $("plot");
  const NUMBERS = Object.keys(known.scales), SURVIVE = ["nothing", "logins", "revocations", "both"];
  const state = { rtt_ms: 0.5, life_s: 900, every_s: 10, whole_ms: 20, need_s: 60, survive: "nothing", a: known.pair[0], b: known.pair[1] ?? "" };
  const shown = {
    rtt_ms: (q) => away(q.rtt_ms), life_s: (q) => duration(q.life_s), every_s: (q) => duration(q.every_s),
    whole_ms: (q) => milliseconds(q.whole_ms), need_s: (q) => within(q.need_s),
  };
  const nearest = (scale, value) => scale.reduce((best, one, place) => (Math.abs(one - value) < Math.abs(scale[best] - value) ? place : best), 0);

  // State in the address; an address that makes no sense changes nothing.
  const read = () => {
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (NUMBERS.includes(name) && value !== "" && Number.isFinite(Number(value)))
        state[name] = known.scales[name][nearest(known.scales[name], Number(value))];
      if (name === "survive" && SURVIVE.includes(value)) state.survive = value;
      if ((name === "a" || name === "b") && value in byId) state[name] = value;
    }
  };
  const address = () => {
    const parts = [...NUMBERS, "survive", "a", "b"].map((name) => [name, String(state[name])]);
    return `#${new URLSearchParams(parts)}`;
  };

  const make = (tag, text, className) => {
    const one = document.createElement(tag);
    if (text) one.textContent = text;
    if (className) one.className = className;
    return one;
  };
  const NS = "http://www.w3.org/2000/svg";
  const draw = (parent, tag, attributes, text) => {
    const one = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    if (text) one.textContent = text;
    parent.append(one);
    return one;
  };

  // Shapes by family, colours by mechanism.
  const SHAPES = {
    session: ["M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z", "M-6 -6H6V6H-6Z", "M0 -7L7 5H-7Z"],
    token: ["M0 -8L8 0L0 8L-8 0Z", "M-2 -7H2V-2H7V2H2V7H-2V2H-7V-2H-2Z", "M0 -7L7 5H-7Z", "M0 7L7 -5H-7Z", "M-3.5 -6H3.5L7 0L3.5 6H-3.5L-7 0Z", "M-6 -6H6V6H-6Z", "M-7 0L0 -7V7Z"],
  };
  const families = { session: [], token: [] }, members = {};
  for (const one of known.schemes) {
    members[one.family] = (members[one.family] ?? 0) + 1;
    if (one.ours && one.kind in families && !families[one.kind].includes(one.family)) families[one.kind].push(one.family);
  }
  for (const names of Object.values(families)) names.sort((a, b) => members[b] - members[a] || (a < b ? -1 : 1));
  const shape = (one) => {
    const shapes = SHAPES[one.kind] ?? SHAPES.session, place = (families[one.kind] ?? []).indexOf(one.family);
    return shapes[Math.max(0, place) % shapes.length];
  };

  const marked = known.schemes.filter((one) => one.us !== null);
  const lowest = Math.min(...marked.map((one) => one.us)) / 2;
  const highest = Math.max(...marked.map((one) => Math.max(one.us + one.slope_us * 5, one.miss_us === null ? 0 : missUs(one, { rtt_ms: 5 })))) * 1.4;
  let hot = "";
  const picture = () => {
    const narrow = plot.clientWidth < 560;
    const W = Math.max(300, Math.floor(plot.clientWidth)), H = narrow ? 340 : 372;
    const left = 52, right = W - 12, top = 26, bottom = H - 40, column = Math.min(150, (right - left) * 0.24);
    const logged = (value, low, high) => Math.log(value / low) / Math.log(high / low);
    const y = (us) => bottom - logged(Math.max(us, lowest), lowest, highest) * (bottom - top);
    const x = (s) => (s <= 0 ? left + column / 2 : left + column + logged(Math.min(Math.max(s, 0.5), 86400), 0.5, 86400) * (right - left - column - 14));
    const focused = plot.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    plot.replaceChildren();
    const svg = draw(plot, "svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "group", "aria-labelledby": "title-at-a-glance" });
    const cut = state.need_s ? x(state.need_s) + 9 : left + column;
    draw(svg, "rect", { class: "late", x: cut, y: top, width: Math.max(0, right - cut), height: bottom - top });
    draw(svg, "line", { class: "cut", x1: cut, x2: cut, y1: top, y2: bottom });
    const fits = right - cut > 110;
    draw(svg, "text", { class: "cut-name", x: fits ? cut + 6 : cut - 6, y: top + 13, "text-anchor": fits ? "start" : "end" }, fits ? known.texts.too_late : "");
    for (let us = 1; us < highest; us *= 10) if (us >= lowest) {
      draw(svg, "line", { class: "rule", x1: left, x2: right, y1: y(us), y2: y(us) });
      draw(svg, "text", { class: "axis", x: left - 6, y: y(us) + 4, "text-anchor": "end" }, costed(us));
    }
    for (const s of narrow ? [0, 1, 60, 3600] : [0, 1, 10, 60, 600, 3600, 86400]) {
      draw(svg, "line", { class: "rule", x1: x(s), x2: x(s), y1: top, y2: bottom });
      draw(svg, "text", { class: "axis", x: x(s), y: bottom + 16, "text-anchor": "middle" }, s ? duration(s) : known.texts.at_once_axis);
    }
    draw(svg, "text", { class: "axis", x: 2, y: 12 }, known.texts.axis_cost);
    draw(svg, "text", { class: "axis", x: right, y: H - 6, "text-anchor": "end" }, known.texts[narrow ? "axis_ends_short" : "axis_ends"]);

    const pair = pairOf(state.a, state.b).map((one) => one.id);
    const best = answer(state).pick, boxes = [], taken = [];
    const chosen = (one) => pair.includes(one.id) || one.title === best;
    const order = [...marked].sort((a, b) => chosen(b) - chosen(a) || b.head - a.head || costUs(a, state) - costUs(b, state));
    const placed = order.map((one) => {
      const at = [x(endsS(one, state)), y(costUs(one, state))];
      const shift = [0, -15, 15, -30, 30, -45, 45].find((by) => !taken.some(([tx, ty]) => Math.hypot(tx - at[0] - by, ty - at[1]) < 13)) ?? 0;
      taken.push([at[0] + shift, at[1]]);
      return [one, at[0] + shift, at[1]];
    });
    for (const [, px, py] of placed) boxes.push([px - 8, py - 8, px + 8, py + 8]);
    const free = (box) => box[0] > 0 && box[2] < W && box[1] > 0 && box[3] < bottom + 2 &&
      !boxes.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
    const layer = draw(svg, "g", {}), names = draw(svg, "g", { class: "names" });
    for (const [one, px, py] of placed) {
      const lack = lackSaid(one, state), on = chosen(one) || one.id === hot;
      const mark = draw(layer, "g", {
        class: `mark ${one.kind}${one.local ? " local" : ""}${lack && !on ? " faint" : ""}${on ? " on" : ""}`,
        transform: `translate(${px.toFixed(1)} ${py.toFixed(1)})`, tabindex: one === order[0] ? 0 : -1, role: "button", "data-id": one.id,
        "aria-label": say("mark", { title: one.title, cost: costed(costUs(one, state)), how: howOf(one, state) }) + (lack ? ` ${say("mark_lacks", { lack })}` : ""),
        "aria-pressed": String(pair.includes(one.id)),
      });
      if (one.cached_s !== null && one.miss_us !== null)
        draw(mark, "line", { class: "span", x1: 0, x2: 0, y1: y(one.us) - py, y2: y(missUs(one, state)) - py });
      if (one.title === best) draw(mark, "circle", { class: "best", r: 14 });
      draw(mark, "path", { class: "shape", d: shape(one), ...(on || one.head ? {} : { transform: "scale(.72)" }) });
      draw(mark, "circle", { class: "ring", r: 11 });
      const wide = one.title.length * (on ? 7.1 : 6.6) + 4;
      const places = [[px + 13, "start", 4], [px - 13, "end", 4], [px, "middle", -13], [px, "middle", 22], [px + 8, "start", 20], [px + 8, "start", -12], [px - 8, "end", 20], [px - 8, "end", -12]];
      const boxOf = ([at, anchor, dy]) => {
        const from = anchor === "start" ? at : anchor === "end" ? at - wide : at - wide / 2;
        return [from, py + dy - 11, from + wide, py + dy + 3];
      };
      const fitting = on || (one.head && !narrow) ? places.find((place) => free(boxOf(place))) : null;
      if (fitting) {
        boxes.push(boxOf(fitting));
        draw(names, "text", { x: fitting[0], y: py + fitting[2], "text-anchor": fitting[1], class: `${on ? "strong" : ""}${lack && !on ? " faint" : ""}` }, one.title);
      }
      const heat = (id) => () => { hot = id; told(); };
      mark.addEventListener("pointerenter", heat(one.id));
      mark.addEventListener("pointerleave", heat(""));
      mark.addEventListener("focus", heat(one.id));
      const choose = () => { state[one.kind === "session" && state.b !== one.id ? "a" : "b"] = one.id; update(); };
      mark.addEventListener("click", choose);
      mark.addEventListener("keydown", (event) => {
        const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
        if (event.key === "Enter" || event.key === " ") choose();
        else if (step) {
          const sorted = [...marked].sort((a, b) => costUs(a, state) - costUs(b, state));
          const next = sorted[(sorted.indexOf(one) + step + sorted.length) % sorted.length];
          plot.querySelector(`[data-id="${CSS.escape(next.id)}"]`).focus();
        } else return;
        event.preventDefault();
      });
    }
    if (focused) plot.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  };
  const told = () => {
    for (const mark of plot.querySelectorAll(".mark")) mark.classList.toggle("hot", mark.dataset.id === hot);
    const mark = hot && plot.querySelector(`[data-id="${CSS.escape(hot)}"]`);
    $("mark-said").textContent = mark ? mark.getAttribute("aria-label") : known.texts.hint;
  };

  const strip = (cell, one, most) => {
    if (one.blocks.length < 2) return;
    const said = say("rounds_said", { count: one.blocks.length, low: costed(Math.min(...one.blocks)), high: costed(Math.max(...one.blocks)) });
    const svg = draw(cell, "svg", { viewBox: "0 0 220 14", class: `rounds ${one.kind}`, role: "img", "aria-label": said });
    draw(svg, "title", {}, said);
    draw(svg, "line", { class: "rule", x1: 0, x2: 220, y1: 7, y2: 7 });
    for (const us of one.blocks) draw(svg, "circle", { class: "shape", cx: 4 + (Math.max(us, 0) / most) * 210, cy: 7, r: 2.6 });
  };
  const table = (said, pair) => {
    const body = $("versus-lines");
    if (!body || pair.length < 2) return;
    body.replaceChildren();
    for (const [place, line] of said.lines.entries()) {
      const row = make("tr"), label = make("th", line.label);
      label.scope = "row";
      row.append(label);
      for (const [side, text] of [line.first, line.second].entries()) {
        const cell = make("td", text, line.winner === side ? "win" : "");
        if (place === 0) strip(cell, pair[side], Math.max(...pair.flatMap((one) => one.blocks)));
        row.append(cell);
      }
      row.append(make("td", line.remark, "remark"));
      body.append(row);
    }
  };
  const listed = (target, texts) => target.replaceChildren(...texts.map((text) => make("li", text)));

  // One scheme across all figures: pointing at a mark lights it up everywhere, a click keeps it lit.
  const longestFirst = [...known.schemes].sort((a, b) => b.title.length - a.title.length), marksOf = new Map();
  for (const title of document.querySelectorAll("figure[id] svg g > title")) {
    const said = title.textContent;
    const one = longestFirst.find((each) => said.startsWith(each.title) && ":,".includes(said[each.title.length] ?? " "));
    if (one) marksOf.set(title.parentElement, one.id);
  }
  let kept = "";
  const light = (id) => {
    for (const [mark, of] of marksOf) {
      mark.classList.toggle("lit", of === id);
      mark.classList.toggle("dim", id !== "" && of !== id);
    }
    hot = id;
    told();
  };
  for (const [mark, id] of marksOf) {
    mark.addEventListener("pointerenter", () => light(id));
    mark.addEventListener("pointerleave", () => light(kept));
    mark.addEventListener("click", () => light((kept = kept === id ? "" : id)));
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape" && kept) light((kept = "")); });

  // The reader's own distance, in the figure that is drawn over distances.
  const yours = [...document.querySelectorAll(".distances path")].map((path) => {
    const [, from, to] = path.getAttribute("d").match(/^\s*M\s*([\d.]+)[ ,][\d.]+\s+L\s*([\d.]+)/).map(Number);
    return { marks: [...path.closest("svg").querySelectorAll(".yours")], from, to, at: state.rtt_ms };
  });
  const moveYours = () => {
    const most = known.farthest_ms;
    for (const { marks, from, to, at } of yours) {
      const place = (ms) => from + (Math.min(ms, most) / most) * (to - from);
      for (const mark of marks) {
        mark.setAttribute("transform", `translate(${(place(state.rtt_ms) - place(at)).toFixed(1)} 0)`);
        const text = mark.querySelector("text");
        if (text) text.textContent = say(state.rtt_ms > most ? "your_store_beyond" : "your_store", { distance: milliseconds(state.rtt_ms) });
      }
    }
  };

  const update = () => {
    const said = answer(state, state.a, state.b), pair = pairOf(state.a, state.b);
    for (const name of NUMBERS) {
      const field = form.elements[name], text = shown[name](state);
      field.value = nearest(known.scales[name], state[name]);
      field.setAttribute("aria-valuetext", text);
      $(`${name}-said`).textContent = text;
    }
    form.elements.survive.value = state.survive;
    for (const [name, one] of [["a", pair[0]], ["b", pair[1]]]) if ($(`versus-${name}`) && one) $(`versus-${name}`).value = one.id;
    $("headline").textContent = said.headline;
    $("ends").textContent = said.ends;
    $("lead").textContent = said.lead.join(" ");
    $("pick").textContent = said.pick;
    $("picked").textContent = said.picked.join(" ");
    $("gives-up-title").hidden = said.gives_up.length === 0;
    listed($("gives-up"), said.gives_up);
    $("sure").textContent = said.sure.join(" ");
    table(said, pair);
    moveYours();
    picture();
    told();
  };
  const changed = () => {
    update();
    history.replaceState(null, "", address());
  };

  read();
  form.hidden = plot.hidden = $("mark-said").hidden = false;
  document.documentElement.classList.add("live");
  for (const one of document.querySelectorAll(".tools")) one.hidden = false;
  for (const name of NUMBERS) form.elements[name].addEventListener("input", () => { state[name] = known.scales[name][Number(form.elements[name].value)]; changed(); });
  form.elements.survive.addEventListener("change", () => { state.survive = form.elements.survive.value; changed(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["a", "b"]) $(`versus-${name}`)?.addEventListener("change", () => { state[name] = $(`versus-${name}`).value; changed(); });
  plot.addEventListener("click", () => history.replaceState(null, "", address()));
  addEventListener("hashchange", () => { if (location.hash.includes("=")) { read(); update(); } });
  let width = 0;
  new ResizeObserver(() => { if (plot.clientWidth !== width) { width = plot.clientWidth; picture(); told(); } }).observe(plot);

  $("copy").addEventListener("click", async () => {
    const link = location.href.replace(/#.*/, "") + address();
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      const field = make("textarea", link);
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    $("copy").textContent = known.texts.copied;
    setTimeout(() => { $("copy").textContent = known.texts.copy; }, 2000);
  });
  $("save").addEventListener("click", () => {
    const svg = plot.querySelector("svg"), copy = svg.cloneNode(true), from = svg.querySelectorAll("*"), to = copy.querySelectorAll("*");
    const looks = ["fill", "stroke", "stroke-width", "opacity", "font-weight", "font-size", "font-family", "paint-order", "stroke-linejoin", "stroke-dasharray"];
    from.forEach((one, place) => { const look = getComputedStyle(one); for (const name of looks) to[place].setAttribute(name, look.getPropertyValue(name)); });
    copy.setAttribute("xmlns", NS);
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
    const image = new Image();
    image.onload = () => {
      const canvas = make("canvas"), pen = canvas.getContext("2d"), margin = 24, font = getComputedStyle(document.body).fontFamily;
      const broken = [];
      for (const [id, look] of [["headline", `600 15px ${font}`], ["ends", `13px ${font}`]]) {
        pen.font = look;
        let line = "";
        for (const word of $(id).textContent.split(" ")) {
          if (line && pen.measureText(`${line} ${word}`).width > wide) { broken.push([look, line]); line = ""; }
          line = line ? `${line} ${word}` : word;
        }
        broken.push([look, line]);
      }
      const head = 20 + 20 * broken.length;
      [canvas.width, canvas.height] = [(wide + 2 * margin) * 2, (high + head + margin) * 2];
      pen.scale(2, 2);
      pen.fillStyle = getComputedStyle($("picture")).backgroundColor;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.fillStyle = getComputedStyle(document.body).color;
      broken.forEach(([look, line], place) => { pen.font = look; pen.fillText(line, margin, 26 + 20 * place); });
      pen.drawImage(image, margin, head, wide, high);
      const link = make("a");
      link.download = "sessions-or-tokens.png";
      link.href = canvas.toDataURL();
      link.click();
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  });
  update();
})();
