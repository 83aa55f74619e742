() => {
  const found = [];
  const all = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.display !== "none";
  };
  const name = (element) => {
    const root = element.getRootNode();
    const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
    const labels = [...(element.labels ?? [])].map((label) => label.textContent);
    const texts = [element.getAttribute("aria-label"), ...by.map((id) => root.getElementById(id)?.textContent), ...labels,
      element.getAttribute("title"), element.getAttribute("alt")];
    const slotted = [...element.querySelectorAll("slot")].flatMap((slot) => slot.assignedNodes({ flatten: true }));
    if (element.matches("button, a, [role=button]")) texts.push(element.textContent, ...slotted.map((node) => node.textContent));
    return texts.filter(Boolean).join(" ").trim();
  };
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const rgba = (text) => {
    const parts = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host ?? at.assignedSlot) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const ids = new Map();
  for (const element of all) {
    const tag = element.tagName.toLowerCase() + (element.id ? "#" + element.id : "");
    if (element.id) {
      const key = element.id;
      const root = element.getRootNode();
      if (!ids.has(root)) ids.set(root, new Set());
      if (ids.get(root).has(key)) found.push(`${tag}: id used twice`);
      ids.get(root).add(key);
    }
    if (!shown(element)) continue;
    if (element.matches("button, a[href], input:not([type=hidden]), select, textarea, iframe, meter, [role=dialog], [role=alertdialog], [role=toolbar], dialog") && !name(element))
      found.push(`${tag}: no name`);
    if (element.matches("img:not([alt]), svg:not([aria-hidden]):not([aria-label])")) found.push(`${tag}: no text instead`);
    if (element.tabIndex > 0) found.push(`${tag}: tabindex above 0`);
    for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls"])
      for (const id of (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean))
        if (!element.getRootNode().getElementById(id)) found.push(`${tag}: ${attribute} names nothing (${id})`);
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (own && !element.matches(":disabled, option, optgroup, script, style, .heard, [aria-hidden=true] *")) {
      const style = getComputedStyle(element);
      const [a, b] = [light(rgba(style.color)), light(behind(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) found.push(`${tag}: contrast ${ratio.toFixed(2)} (${element.textContent.trim().slice(0, 30)})`);
    }
    const target = element.getBoundingClientRect();
    if (element.matches("button") && (target.width < 24 || target.height < 24)) found.push(`${tag}: smaller than 24 px`);
  }
  if (!document.documentElement.lang) found.push("html: no language");
  return found;
}
