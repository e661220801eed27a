// noble-curves, the peer of the suite `light`: a development dependency of this benchmark, put beside the page by the script
// alone, so that nothing of it is ever served or shipped.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const curves = dirname(createRequire(import.meta.url).resolve("@noble/curves/ed25519.js"));
const hashes = dirname(createRequire(join(curves, "ed25519.js")).resolve("@noble/hashes/sha2.js"));

/** Puts it beside the page, with names of packages turned into paths: workers have no import maps. */
export async function serveTo(page, url) {
  await page.route(`${url}bench/noble/**`, async (route) => {
    const path = new URL(route.request().url()).pathname.split("/bench/noble/")[1];
    if (path === "there") return route.fulfill({ contentType: "text/plain", body: "yes" });
    const [from, file] = path.startsWith("hashes/") ? [hashes, path.slice("hashes/".length)] : [curves, path];
    const text = await readFile(join(from, file), "utf8");
    const body = text.replaceAll(/from (['"])@noble\/hashes\//g, "from $1/bench/noble/hashes/");
    return route.fulfill({ contentType: "text/javascript", body });
  });
}
