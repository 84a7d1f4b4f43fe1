// Keeps the lamps as they are on the server, four times a second while something is watched.
const news = document.getElementById("news");
const show = (state) => {
  for (const [mount, lamps] of Object.entries(state.lamps)) {
    for (const [node, lamp] of Object.entries(lamps)) {
      const cell = document.querySelector(`[data-lamp="${CSS.escape(mount)} ${CSS.escape(node)}"]`);
      if (!cell) continue;
      cell.className = `lamp ${lamp.state}`;
      cell.querySelector(".words").textContent = lamp.words;
    }
  }
};
const follow = async () => {
  try {
    const answer = await fetch("nodes/state", { headers: { Accept: "application/json" } });
    const state = await answer.json();
    show(state);
    if (state.running) setTimeout(follow, 250);
    else news.textContent = "Nothing is watched at the moment.";
  } catch {
    news.textContent = "The app does not answer; look again.";
  }
};
if (news) follow();
