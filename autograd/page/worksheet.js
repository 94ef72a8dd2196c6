// The worksheet: what is typed is judged, and what is right is written into the picture.

const blanks = JSON.parse(document.getElementById("graph").textContent);
const fields = [...document.querySelectorAll("[data-blank]")];

function slipWords(text) { // the catalogue of slips is written in English: other languages have rules for its phrases
  const slip = WORDS[language].phrases.reduce((words, [pattern, put]) => words.replace(new RegExp(pattern), put), text);
  return said("slip", { slip });
}

function fill(k, words) { // at all its places in the picture, on the screen and in print
  for (const [id, kind] of blanks[k].places)
    for (const item of document.querySelectorAll(`[id="${id}"] > text.${kind}, [data-id="${id}"] > text.${kind}`)) {
      item.textContent = words ?? `(${k + 1})`;
      item.classList.toggle("filled", words !== null);
    }
}

function cause(text, { factor, above = [] }) { // the blanks whose wrong numbers this one follows from
  const wrong = above.map(([k]) => k).filter((k) => k !== null && verdict(fields[k].value, blanks[k])[0] === "wrong");
  const incoming = above.map(([k, number]) => (wrong.includes(k) ? typed(fields[k].value) : number));
  const follows = factor * incoming.reduce((a, b) => a + b, 0);
  return wrong.length && agrees(text, follows) ? wrong.map((k) => `(${k + 1})`).join(", ") : "";
}

function check() {
  let right = 0;
  fields.forEach((field, k) => {
    const [word, slips] = verdict(field.value, blanks[k]);
    const from = word === "wrong" && cause(field.value, blanks[k]);
    right += word === "right";
    field.setAttribute("aria-invalid", word === "wrong");
    fill(k, word === "right" ? field.value.trim() : null);
    field.parentElement.querySelector("output").innerText = [...word ? [said(word)] : [], ...from ? [said("follows", { from })] : slips.map(slipWords)].join("\n");
  });
  document.getElementById("score").textContent = said("score", { right, n: fields.length });
}

document.getElementById("check").addEventListener("click", check);
for (const field of fields) field.addEventListener("change", check);
document.getElementById("clear").addEventListener("click", () => {
  for (const field of fields) field.value = "";
  check();
});
