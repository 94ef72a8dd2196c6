// Words: the sentences of words.json in the reader's language, and elements made of them.
// Invariant: what a user wrote goes into the document as text, never as markup.

const WORDS = JSON.parse(document.getElementById("words").textContent);
const language = [navigator.language.slice(0, 2), "en", ...Object.keys(WORDS)].find((code) => code in WORDS);

function say(key, parts = {}) { // a sentence, as the list of its texts and elements
  return WORDS[language][key].split(/\{(\w+)\}/).flatMap((piece, i) => i % 2 ? parts[piece] : piece || []);
}
const said = (key, parts) => say(key, parts).join("");

function element(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat());
  return made;
}

if (document.documentElement.lang !== language) { // the file itself is in the first of its languages
  document.documentElement.lang = language;
  for (const item of document.querySelectorAll("[data-say]")) item.textContent = said(item.dataset.say, item.dataset);
  for (const item of document.querySelectorAll("[data-label]")) item.setAttribute("aria-label", said(item.dataset.label, item.dataset));
}
