(() => {
  "use strict";
  const box = document.getElementById("refresh");
  if (!box) return;
  const note = document.getElementById("refreshed");
  const key = "refresh " + location.pathname;
  let timer = 0;
  const store = {
    get() { try { return sessionStorage.getItem(key) === "on"; } catch { return false; } },
    set(on) { try { sessionStorage.setItem(key, on ? "on" : "off"); } catch { /* then it is not remembered */ } },
  };
  // Only what shows figures is replaced, and not while it is in use: what somebody types stays.
  const refresh = async () => {
    try {
      const response = await fetch(location.pathname, { cache: "no-store" });
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const old of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(old.id);
        if (fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
      }
      note.textContent = "at " + new Date().toLocaleTimeString();
    } catch (error) {
      note.textContent = "failed: " + error.message;
    }
    if (box.checked) timer = setTimeout(refresh, 5000);
  };
  box.addEventListener("change", () => {
    clearTimeout(timer);
    store.set(box.checked);
    note.textContent = "";
    if (box.checked) refresh();
  });
  box.closest("label").hidden = false;
  box.checked = store.get();
  if (box.checked) timer = setTimeout(refresh, 5000);
})();
