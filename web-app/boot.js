// Starts the page. A file of its own, because the Content-Security-Policy allows no inline script.
try {
  const theme = localStorage.getItem("zera.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden here; the page then follows the system's colours.
}

try {
  // The console's `zera` is there before the page starts its worker; without it the page works all the same.
  const scripts = import("./pkg/page.js").catch(() => undefined);
  const { default: init } = await import("./zera-web.js");
  await scripts;
  await init();
} catch (error) {
  const step = document.getElementById("boot-step");
  if (step) {
    step.setAttribute("role", "alert");
    step.textContent = `The page could not start: ${error}. Nothing was stored or sent. Reload; if it stays, this browser may lack WebAssembly.`;
  }
  throw error;
}
