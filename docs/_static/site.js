// What the pages of the site do by themselves: scrolling by the keyboard, and a button.
addEventListener("DOMContentLoaded", () => {
  // Blocks that scroll are reached by the keyboard.
  for (const block of document.querySelectorAll("pre, .table-wrapper, .sidebar-scroll, .toc-scroll, .math")) {
    block.tabIndex = 0;
    if (!block.hasAttribute("role") && block.tagName !== "PRE") block.setAttribute("role", "region");
    if (block.tagName !== "PRE") block.setAttribute("aria-label", block.className.split(" ")[0].replace("-", " "));
  }
  // The playground is made by a command of its own: it is offered where it was made.
  for (const link of document.querySelectorAll("p[hidden] > a")) {
    fetch(link.href, { method: "HEAD" }).then((found) => { link.parentElement.hidden = !found.ok; }, () => {});
  }
});
