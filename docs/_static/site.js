// Blocks that scroll are reached by the keyboard.
addEventListener("DOMContentLoaded", () => {
  for (const block of document.querySelectorAll("pre, .table-wrapper, .sidebar-scroll, .toc-scroll, .math")) {
    block.tabIndex = 0;
    if (!block.hasAttribute("role") && block.tagName !== "PRE") block.setAttribute("role", "region");
    if (block.tagName !== "PRE") block.setAttribute("aria-label", block.className.split(" ")[0].replace("-", " "));
  }
});
