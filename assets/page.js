// What scrolls sideways says so; a link into a folded section opens it.
"use strict";

const SCROLLERS = ".cell_output, .cell_output .output, .pst-scrollable-table-container, pre, div.math";

function markScrollers() {
  for (const box of document.querySelectorAll(`article :is(${SCROLLERS})`)) {
    box.classList.remove("scrolls"); // the note must not change what is measured
    const scrolls = box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible";
    box.classList.toggle("scrolls", scrolls);
    if (scrolls) box.tabIndex = 0; // for those who scroll by keyboard
  }
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && target.closest("details:not([open])");
  if (folded) {
    folded.open = true;
    target.scrollIntoView();
  }
}

new ResizeObserver(markScrollers).observe(document.documentElement);
window.addEventListener("load", markScrollers);
document.addEventListener("toggle", markScrollers, true);
window.addEventListener("hashchange", openTarget);
openTarget();
