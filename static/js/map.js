// The map as a grid: one stop for the Tab key, arrows inside, details on hover and focus, one spoken line.
// Everything it says stands in the page already; without it every cell is a link.
const details = (cell) => cell.querySelector(".map-details");
const map = () => document.querySelector(".map");
const lines = () => [...map().rows].filter((row) => row.offsetParent && !row.matches(".map-domains"));
const isFamily = (row) => row.matches(".map-depth-0");

// What can hold the focus in a row, in order: links, and cells that lead nowhere.
const stops = (row) =>
  [...row.cells].flatMap((cell) => {
    const links = [...cell.querySelectorAll("a")].filter((link) => link.offsetParent);
    return links.length || !details(cell) ? links : cell.offsetParent ? [cell] : [];
  });

function prepare() {
  const table = map();
  if (!table || table.getAttribute("role") === "grid") return;
  table.setAttribute("role", "grid");
  table.classList.add("is-live");
  const all = [...table.rows].flatMap((row) => [...row.querySelectorAll("a, .map-cell.is-empty:not(:has(a))")]);
  for (const stop of all) {
    stop.tabIndex = -1;
    stop.removeAttribute("aria-describedby"); // the live region says it
  }
  const first = table.tBodies[0]?.querySelector(".map-cell a") ?? all[0];
  if (first) first.tabIndex = 0;
}

function say(stop) {
  const cell = stop.closest("td");
  const live = document.getElementById("map-live");
  if (!cell || !live) return;
  const therapy = cell.parentElement.querySelector("th .map-name").textContent.trim();
  live.textContent = `${therapy}, ${cell.dataset.label}. ${details(cell).textContent.replaceAll("\n", ". ")}`;
}

function go(stop) {
  if (!stop) return;
  for (const other of map().querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  stop.tabIndex = 0;
  stop.focus();
  stop.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const inColumn = (row, index) =>
  row && (stops(row).findLast((stop) => stop.closest("th, td").cellIndex <= index) ?? stops(row)[0]);

function target(key, stop, isFar) {
  const cell = stop.closest("th, td");
  const rows = lines();
  const at = rows.indexOf(cell.parentElement);
  const row = stops(rows[at]);
  const below = (index) => inColumn(rows[index], cell.cellIndex);
  switch (key) {
    case "ArrowRight": return row[row.indexOf(stop) + 1];
    case "ArrowLeft": return row[row.indexOf(stop) - 1];
    case "ArrowDown": return below(at + 1);
    case "ArrowUp": return below(at - 1);
    case "Home": return stops(isFar ? rows[0] : rows[at])[0];
    case "End": return stops(isFar ? rows.at(-1) : rows[at]).at(-1);
    case "PageDown": return below(rows.findIndex((other, index) => index > at && isFamily(other)));
    case "PageUp": return below(rows.findLastIndex((other, index) => index < at && isFamily(other)));
  }
}

const KEYS = /^(Arrow(Right|Left|Down|Up)|Home|End|Page(Up|Down))$/;

document.addEventListener("keydown", (event) => {
  const table = map();
  if (event.key === "Escape" && table?.querySelector(".map-cell:is(:hover, :focus-within)")) {
    // Once to put the details away, once more to leave the grid.
    if (!table.classList.contains("is-quiet")) table.classList.add("is-quiet");
    else if (table.contains(document.activeElement)) document.getElementById("map-end")?.focus();
    return;
  }
  const stop = event.target.closest?.(".map :is(a, td)");
  if (!stop || event.altKey || event.metaKey || !KEYS.test(event.key)) return;
  event.preventDefault();
  go(target(event.key, stop, event.ctrlKey));
});
document.addEventListener("focusin", (event) => {
  const stop = event.target.closest(".map :is(a, td)");
  if (!stop) return;
  map().classList.remove("is-quiet");
  say(stop);
});
document.addEventListener("mouseover", (event) => {
  if (event.target.closest(".map-cell") !== event.relatedTarget?.closest?.(".map-cell")) {
    map()?.classList.remove("is-quiet");
  }
});
document.addEventListener("htmx:afterSettle", prepare);
prepare();
