// Answers: compares what is typed with the answer and with the numbers that slips lead to.
// Invariant: a number agrees to the digits typed, as long as these are enough to tell it by.

function typed(text) { // the number that a text means, with a decimal point or comma; NaN where it is none
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

function lastPlace(text) { // of the last digit typed
  const [, decimals = "", power = 0] = /(?:[.,](\d*))?(?:e([-+]?\d+))?\s*$/i.exec(text);
  return 10 ** (Number(power) - decimals.length);
}

function agrees(text, number, enough = 0.01) { // rounded, or cut off, at the last digit typed
  const x = typed(text), off = Math.abs(x - number), size = Math.abs(number);
  if (Number.isNaN(x)) return false;
  const cut = x * number >= 0 && Math.abs(x) <= size && off < lastPlace(text);
  return off <= 1e-9 * size || ((cut || off <= 0.5000001 * lastPlace(text)) && off <= enough * size);
}

// "right"; "digits" where those typed are right, but too few; "wrong", with the slips that give this number; or "".
function verdict(text, { answer, slips }) {
  if (!text.trim()) return ["", []];
  if (agrees(text, answer)) return ["right", []];
  const fitting = slips.filter(([, number]) => agrees(text, number)).map(([words]) => words);
  const kinds = fitting.map((words) => words.split(":")[0]);
  if (!fitting.length && typed(text) !== 0 && agrees(text, answer, 0.3)) return ["digits", []];
  return ["wrong", fitting.filter((_, i) => kinds.indexOf(kinds[i]) === i).slice(0, 2)]; // one place a kind, the likeliest
}
