// What is new since the reader's last visit. The date stays in this browser; nothing is sent but the question
// “how many changes since then?” to this site.
(() => {
  const KEY = "nelm-visits", PAUSE = 30 * 60 * 1000, now = Date.now();

  // A visit ends with half an hour without a page; `before` is when the one before this was last seen.
  const remember = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY)) || {};
      const seen = Number(kept.seen) || 0;
      const before = seen && now - seen > PAUSE ? seen : Number(kept.before) || 0;
      localStorage.setItem(KEY, JSON.stringify({ seen: now, before }));
      return before;
    } catch {
      return 0; // Storage is blocked, or holds something else: then every visit is the first.
    }
  };

  const before = remember();
  if (!before) return;
  const since = new Date(before);
  const day = since.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });

  const mark = () => {
    for (const badge of document.querySelectorAll("[data-new][hidden]")) {
      const time = badge.parentElement.querySelector("time");
      if (new Date(time.dateTime) <= since) continue;
      badge.textContent = `new since ${day}`;
      badge.hidden = false;
    }
  };

  const count = async (line) => {
    const answer = await fetch(`${line.dataset.since}?since=${encodeURIComponent(since.toISOString())}`);
    const { n } = answer.ok ? await answer.json() : { n: 0 };
    if (!n) return;
    const link = line.querySelector("a");
    link.textContent = `${n.toLocaleString("en")} change${n === 1 ? "" : "s"} since your last visit (${day})`;
    link.search = new URLSearchParams({ since: since.toISOString() });
    line.hidden = false;
  };

  mark();
  document.addEventListener("htmx:afterSwap", mark);
  // Without an answer the line stays hidden: the page says everything else.
  for (const line of document.querySelectorAll("[data-since]")) count(line).catch(() => {});
})();
