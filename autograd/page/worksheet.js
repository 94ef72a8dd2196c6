// The worksheet: compares what is typed with the answer and with the numbers that slips lead to.
// Invariant: a number agrees to the digits typed, as long as these are enough to tell it by.

function agrees(typed, number) {
  const parts = /^\s*[-+−]?\d*(?:[.,](\d*))?(?:e([-+]?\d+))?\s*$/i.exec(typed);
  const x = Number(typed.replace("−", "-").replace(",", "."));
  if (!parts || !typed.trim() || Number.isNaN(x)) return false;
  const unit = 10 ** (Number(parts[2] ?? 0) - (parts[1] ?? "").length);
  const off = Math.abs(x - number), size = Math.abs(number);
  return off <= 1e-9 * size || (off <= 0.5000001 * unit && off <= 0.01 * size);
}

function verdict(typed, { answer, slips }) {
  if (!typed.trim()) return ["", []];
  if (agrees(typed, answer)) return ["✓ right", []];
  const fitting = slips.filter(([, number]) => agrees(typed, number)).map(([text]) => text);
  const kinds = fitting.map((text) => text.split(":")[0]);
  return ["✗ not yet", fitting.filter((_, i) => kinds.indexOf(kinds[i]) === i)]; // one place a kind
}

if (typeof document !== "undefined") {
  const blanks = JSON.parse(document.getElementById("graph").textContent);
  const inputs = [...document.querySelectorAll("[data-blank]")];
  const check = () => {
    let right = 0;
    for (const input of inputs) {
      const [word, slips] = verdict(input.value, blanks[input.dataset.blank]);
      right += word.startsWith("✓");
      input.toggleAttribute("aria-invalid", word.startsWith("✗"));
      input.parentElement.querySelector("output").innerText =
        [word, ...slips.map((text) => `likely slip: ${text}`)].join("\n");
    }
    document.getElementById("score").textContent = `${right} of ${inputs.length} right`;
  };
  document.getElementById("check").addEventListener("click", check);
  for (const input of inputs) input.addEventListener("change", check);
  document.getElementById("clear").addEventListener("click", () => {
    for (const input of inputs) input.value = "";
    check();
  });
}
