// Puts a secret wherever a page may keep one; window.later() does so again, in changes.
const put = (html) => { const box = document.createElement("div"); box.innerHTML = html; document.querySelector("main").append(box); return box; };
const s = "planted";
put(`
  <input value="${s}"><input type="hidden" value="${s}"><input type="password" value="${s}"><input type="email" value="${s}">
  <textarea>${s}</textarea>
  <select><option value="${s}" selected>Visa</option></select>
  <div data-private>${s}<b>${s}</b><input value="${s}"></div>
  <div hidden>${s}</div>
  <div data-token="${s}" onclick="'${s}'">plain</div>
  <div contenteditable>${s} <b>${s}</b></div>
  <a href="/next?session=${s}#${s}">link</a><form action="/pay?${s}"></form>
  <img src="/web/icon.svg?${s}" srcset="/web/icon.svg?${s} 2x" alt="">
  <div style="background: url(/web/icon.svg?${s})">styled</div>
  <iframe srcdoc="<p>${s}</p>"></iframe><iframe src="/elsewhere?${s}"></iframe>
  <template><p>${s}</p></template><noscript>${s}</noscript><!-- ${s} --><script>"${s}"</` + `script>
  <meta name="csrf" content="${s}">
  <style>.x { background: url("/web/icon.svg?${s}") }</style>
  <p id="public">everybody may read this</p>`);
window.later = () => {
  put(`<p data-private>${s}</p><input id="late" value="${s}" data-x="${s}"><a href="?${s}">late link</a><iframe srcdoc="${s}"></iframe>`);
  document.querySelector("[data-private] b").textContent = s + s;
  document.querySelector("[contenteditable] b").textContent = s + s;
  document.querySelector("textarea").defaultValue = s;
  document.querySelector("#public").setAttribute("data-y", s);
  document.querySelector("#public").textContent = "and this came later";
  const sheet = document.styleSheets[document.styleSheets.length - 1];
  sheet.insertRule(`.y { background: url("/web/icon.svg?${s}") }`);
};
null; // a function as the last value would be called
