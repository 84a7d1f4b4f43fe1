// Keys of the time page. Each follows a link that is on the page, so that it works without this too.
const keys = { u: "Enter", U: "Enter" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input, .scroll")) return;
  const name = keys[event.key] || (event.key === "Enter" ? "" : event.key);
  const link = name && document.querySelector(`[data-key="${CSS.escape(name)}"]`);
  if (!link) return;
  event.preventDefault();
  location.assign(link.href);
});
