// Builds everything a browser gets into ../cordpair_gateway/static, and holds the first load to its budget.
//   node build.mjs            the pages and bundles          node build.mjs --tests    the unit tests, into build/tests
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "cordpair_gateway", "static");

// Gzipped bytes: what a page pays before anybody presses the button, then for the phone, then for the recorder.
const KIB = 1024;
const BUDGETS = { help: 15_000, phone: 64_000, recorder: 30_000, dial: 5_000 };

const common = {
  bundle: true,
  format: "esm",
  target: ["chrome110", "firefox115", "safari16.4"],
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: here,
};

/** Lit's templates are markup in strings: the white space between tags and lines is not for the wire. */
const thinTemplates = {
  name: "thin-templates",
  setup(step) {
    step.onLoad({ filter: /src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const thin = text.replace(/\n[ \t]+/g, "\n").replace(/(?<== css`)[^`]*(?=`)/g, thinStyles);
      return { loader: "ts", contents: thin };
    });
  },
};

const thinStyles = (css) =>
  css
    .replace(/\s+/g, " ")
    .replace(/\s*([{};,])\s*/g, "$1")
    .replace(/: /g, ":");

if (process.argv.includes("--tests")) {
  await rm(join(here, "build"), { recursive: true, force: true });
  const tests = (await readdir(join(here, "tests"))).filter((name) => name.endsWith(".test.ts"));
  await build({
    ...common,
    entryPoints: tests.map((name) => join("tests", name)),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node20",
  });
} else {
  await rm(out, { recursive: true, force: true });
  const result = await build({
    ...common,
    entryPoints: {
      help: "src/help/index.ts",
      desk: "src/desk/index.ts",
      office: "src/office/index.ts",
      replay: "src/cobrowse/replay.ts",
    },
    outdir: out,
    chunkNames: "parts/[name]-[hash]",
    splitting: true,
    minify: true,
    metafile: true,
    plugins: [thinTemplates],
  });
  // A classic script in one file: it stands in a tag on a page that is not ours.
  const dial = await build({
    ...common,
    format: "iife",
    entryPoints: { dial: "src/dial/index.ts" },
    outdir: out,
    minify: true,
    metafile: true,
    plugins: [thinTemplates],
  });
  Object.assign(result.metafile.outputs, dial.metafile.outputs);
  await mkdir(out, { recursive: true });
  await cp(join(here, "pages"), out, { recursive: true });
  await cp(join(here, "node_modules", "uplot", "dist", "uPlot.min.css"), join(out, "uplot.css"));
  await writeFile(join(out, "licences.txt"), await licences(result.metafile));
  await report(result.metafile);
}

/** The bundles hold code of others, whose notices go along with every copy. Sorted: the same wherever it is built. */
async function licences(metafile) {
  const inside = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
  const folders = new Set(Object.keys(metafile.inputs).flatMap((name) => inside.exec(name)?.[1] ?? []));
  const notices = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
    const file = (await readdir(join(here, folder))).sort().find((each) => /^licen[cs]e/i.test(each));
    const text = file ? await readFile(join(here, folder, file), "utf8") : `Licence: ${license}`;
    notices.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  return notices.join(`\n${"-".repeat(72)}\n\n`);
}

/** What each stage of the customer's page loads: an entry with what it imports at once. */
async function report(metafile) {
  const outputs = metafile.outputs;
  const entry = (source) => Object.keys(outputs).find((name) => outputs[name].entryPoint === source);
  const closure = (name, seen = new Set()) => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const each of outputs[name].imports) if (each.kind === "import-statement") closure(each.path, seen);
    return seen;
  };
  const gzipped = async (names) => {
    let sum = 0;
    for (const name of names) sum += gzipSync(await readFile(join(here, name)), { level: 9 }).length;
    return sum;
  };
  const first = closure(entry("src/help/index.ts"));
  const later = (source) => [...closure(entry(source))].filter((name) => !first.has(name));
  const sizes = {
    help: await gzipped(first),
    phone: await gzipped(later("src/phone/customer-phone.ts")),
    recorder: await gzipped(later("src/cobrowse/recorder.ts")),
    replay: await gzipped(closure(entry("src/cobrowse/replay.ts"))),
    desk: await gzipped(closure(entry("src/desk/index.ts"))),
    dial: await gzipped(closure(entry("src/dial/index.ts"))),
    office: await gzipped(closure(entry("src/office/index.ts"))),
  };
  await writeFile(join(out, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
  for (const [name, bytes] of Object.entries(sizes)) {
    const budget = BUDGETS[name];
    console.log(
      `${name.padEnd(9)}${(bytes / KIB).toFixed(1).padStart(6)} KiB gzip${budget ? ` of ${(budget / KIB).toFixed(1)}` : ""}`,
    );
    if (budget && bytes > budget) process.exitCode = 1;
  }
  if (process.exitCode)
    console.error(`over budget: see BUDGETS in ${relative(process.cwd(), fileURLToPath(import.meta.url))}`);
}
