// Compiles src/*.sol with the pinned compiler and writes artifacts/<Contract>.json: ABI, creation bytecode and the hashes
// of everything they were made from. The same inputs give the same bytes on every machine.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const root = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(join(root, "src")).filter((n) => n.endsWith(".sol")).sort();
const sources = Object.fromEntries(names.map((n) => [`src/${n}`, { content: readFileSync(join(root, "src", n), "utf8") }]));

const input = {
  language: "Solidity",
  sources,
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};

const findImport = (path) => ({ contents: readFileSync(join(root, "node_modules", path), "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
const problems = output.errors ?? [];
for (const p of problems) process.stderr.write(p.formattedMessage);
if (problems.length > 0) process.exit(1);

const inputs = Object.fromEntries(
  ["build.mjs", "package-lock.json", ...names.map((n) => `src/${n}`)].map((n) => [
    n,
    createHash("sha256").update(readFileSync(join(root, n))).digest("hex"),
  ]),
);

const made = (n) => output.contracts[`src/${n}`][n.replace(/\.sol$/, "")];

mkdirSync(join(root, "artifacts"), { recursive: true });
for (const n of names) {
  if (made(n).evm.bytecode.object === "") continue; // abstract: others build on it
  const contract = n.replace(/\.sol$/, "");
  const artifact = {
    contract,
    compiler: solc.version(),
    inputs,
    abi: made(n).abi,
    bytecode: "0x" + made(n).evm.bytecode.object,
  };
  writeFileSync(join(root, "artifacts", `${contract}.json`), JSON.stringify(artifact, null, 2) + "\n");
}
