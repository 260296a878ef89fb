"use strict";
// The pages are made by the program. This script asks for its own page again when the runs have
// changed, and moves what is new in it into the page that is open, so that the place, the boxes that
// are ticked and the pictures that have not changed stay.
const body = document.body, gone = document.getElementById("gone");
let shown = body.dataset.stamp, wanted = shown, busy = false, source = null;

// take makes an element the same as another, children and all.
function take(to, from) {
  if (to.nodeType !== from.nodeType || to.nodeName !== from.nodeName || to.id !== from.id) {
    to.replaceWith(document.importNode(from, true));
    return;
  }
  if (to.nodeType !== Node.ELEMENT_NODE) {
    if (to.nodeValue !== from.nodeValue) to.nodeValue = from.nodeValue;
    return;
  }
  for (const name of to.getAttributeNames()) {
    if (!from.hasAttribute(name)) to.removeAttribute(name);
  }
  for (const name of from.getAttributeNames()) {
    const value = from.getAttribute(name);
    if (to.getAttribute(name) === value) continue;
    if (to.nodeName === "IMG" && name === "src") swap(to, value);
    else to.setAttribute(name, value);
  }
  let i = 0;
  for (const node of from.childNodes) {
    let place = to.childNodes[i++] || null;
    if (node.id && (!place || place.id !== node.id)) { // it has moved, or is new
      const same = [...to.children].find(c => c.id === node.id);
      to.insertBefore(same || document.importNode(node, true), place);
      place = same;
    }
    if (place) take(place, node);
    else if (!node.id) to.append(document.importNode(node, true));
  }
  while (to.childNodes.length > from.childNodes.length) to.lastChild.remove();
}

// swap shows another picture when it is there, not before.
function swap(image, address) {
  const next = new Image();
  next.src = address;
  next.decode().then(() => image.setAttribute("src", address), () => {});
}

async function refresh() {
  if (busy) return;
  busy = true;
  try {
    while (shown !== wanted) {
      const stamp = wanted;
      const answer = await fetch(location.href);
      if (!answer.ok) break;
      if (answer.redirected) { location.replace(answer.url); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const live = page.getElementById("live");
      if (live) take(document.getElementById("live"), live);
      shown = stamp;
    }
  } catch (e) {
    gone.hidden = false;
  } finally {
    busy = false;
  }
}

function open() {
  if (source) return;
  source = new EventSource("events?" + body.dataset.watch);
  source.onopen = () => { gone.hidden = true; };
  source.onmessage = e => { wanted = e.data; refresh(); };
  source.onerror = () => {
    gone.hidden = false;
    if (source.readyState === EventSource.CLOSED) { source = null; setTimeout(open, 2000); }
  };
}

// A page that nobody sees asks for nothing.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) open();
  else if (source) { source.close(); source = null; }
});
if (!document.hidden) open();

const form = document.getElementById("draw");
if (form) form.addEventListener("submit", async e => {
  e.preventDefault();
  const said = document.getElementById("drawing"), drawn = document.getElementById("drawn");
  const choice = new URLSearchParams(new FormData(form));
  if (innerWidth < 640) choice.set("narrow", "yes");
  said.hidden = false;
  said.textContent = "Drawing …";
  drawn.hidden = true;
  try {
    const answer = await fetch("picture?" + form.dataset.query + "&" + choice);
    if (!answer.ok) { said.textContent = await answer.text(); return; }
    const image = drawn.querySelector("img");
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(await answer.blob());
    drawn.firstElementChild.classList.toggle("as-is", choice.get("what") === "plane");
    drawn.hidden = false;
    said.hidden = true;
  } catch (e) {
    said.textContent = "The program did not answer.";
  }
});
