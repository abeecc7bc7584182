// Without this everything is shown and nothing folds; with it statements fold, and a verdict can be picked.
"use strict";
const claims = [...document.querySelectorAll("[data-claim]")];
const questions = [...document.querySelectorAll(".question")];
const buttons = [...document.querySelectorAll("[data-show]")];
const status = document.querySelector(".status");

function show(verdict) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === verdict));
  for (const claim of claims) claim.classList.toggle("away", verdict !== "" && claim.dataset.verdict !== verdict);
  for (const question of questions) {
    question.classList.toggle("away", !question.querySelector("[data-claim]:not(.away)"));
  }
  document.body.classList.toggle("filtered", verdict !== "");
  const n = claims.filter((claim) => !claim.classList.contains("away")).length;
  status.textContent = verdict === ""
    ? `All ${n} statements are shown.`
    : `${n} of ${status.dataset.total} statements are shown: ${verdict}. “All” brings answers and figures back.`;
}

// A link to a question or a statement shows it, whatever is picked, and opens a statement.
function follow() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.matches(".question, [data-claim]")) return;
  if (target.matches(".question, .away")) show("");
  target.open = true;
  target.scrollIntoView();
}

// What scrolls sideways here can be reached by keyboard, and nothing else needs a stop.
function stops() {
  for (const each of document.querySelectorAll(".scroll, pre")) {
    each.tabIndex = each.scrollWidth > each.clientWidth ? 0 : -1;
  }
}

let folded = [];
addEventListener("beforeprint", () => {
  folded = claims.filter((claim) => !claim.open);
  for (const claim of folded) claim.open = true;
});
addEventListener("afterprint", () => {
  for (const claim of folded) claim.open = false;
});
addEventListener("hashchange", follow);
addEventListener("resize", stops);
for (const link of document.querySelectorAll('a[href^="#"]')) link.addEventListener("click", () => setTimeout(follow));
for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show));
for (const claim of claims) claim.open = false;
document.documentElement.classList.add("js");
show("");
stops();
follow();
