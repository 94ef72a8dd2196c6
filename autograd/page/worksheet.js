// The worksheet: what is typed is judged, and what is right is written into the picture.

const blanks = JSON.parse(document.getElementById("graph").textContent);
const fields = [...document.querySelectorAll("[data-blank]")];

function slipWords(text) { // the catalogue of slips is written in English: other languages know their kinds
  return said("slip", { slip: WORDS[language][`slip ${text.split(":")[0]}`] ?? text });
}

function fill(k, words) { // at all its places in the picture, on the screen and in print
  for (const [id, kind] of blanks[k].places)
    for (const item of document.querySelectorAll(`[id="${id}"] > text.${kind}, [data-id="${id}"] > text.${kind}`)) {
      item.textContent = words ?? `(${k + 1})`;
      item.classList.toggle("filled", words !== null);
    }
}

function check() {
  let right = 0;
  fields.forEach((field, k) => {
    const [word, slips] = verdict(field.value, blanks[k]);
    right += word === "right";
    field.setAttribute("aria-invalid", word === "wrong");
    fill(k, word === "right" ? field.value.trim() : null);
    field.parentElement.querySelector("output").innerText = [...word ? [said(word)] : [], ...slips.map(slipWords)].join("\n");
  });
  document.getElementById("score").textContent = said("score", { right, n: fields.length });
}

document.getElementById("check").addEventListener("click", check);
for (const field of fields) field.addEventListener("change", check);
document.getElementById("clear").addEventListener("click", () => {
  for (const field of fields) field.value = "";
  check();
});
