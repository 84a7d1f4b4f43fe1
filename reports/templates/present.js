// ?present: one figure a screen, for a classroom. Arrows turn, Escape ends it.
(() => {
  if (!new URLSearchParams(location.search).has("present")) return;
  const figures = [...document.querySelectorAll("figure[id]")].filter((one) => one.querySelector("svg"));
  if (!figures.length) return;
  const root = document.documentElement;
  const said = document.body.appendChild(document.createElement("p"));
  said.className = "presented";
  said.setAttribute("role", "status");
  let at = Math.max(0, figures.findIndex((one) => `#${one.id}` === location.hash));
  const show = (next) => {
    figures[at].classList.remove("now");
    at = Math.min(Math.max(next, 0), figures.length - 1);
    const figure = figures[at];
    for (let fold = figure.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    figure.classList.add("now");
    figure.tabIndex = -1;
    figure.focus();
    figure.scrollTop = 0;
    said.textContent = `Figure ${at + 1} of ${figures.length}. Arrows turn, Escape ends.`;
  };
  const end = () => {
    root.classList.remove("presenting");
    figures[at].classList.remove("now");
    said.remove();
    document.removeEventListener("keydown", turn);
    figures[at].scrollIntoView();
  };
  const turns = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  const turn = (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") end();
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(figures.length - 1);
    else if (event.key in turns) show(at + turns[event.key]);
    else return;
    event.preventDefault();
  };
  root.classList.add("presenting");
  document.addEventListener("keydown", turn);
  show(at);
})();
