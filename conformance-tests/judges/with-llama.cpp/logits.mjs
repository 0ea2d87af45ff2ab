// Writes the log-probabilities that llama.cpp computes for a GGUF file with a tokenizer.
//
//   node logits.mjs MODEL.gguf TOKENS.json OUT
//
// TOKENS.json is [sequences][tokens]; OUT becomes raw float32, little-endian, [sequences, tokens,
// vocabulary]. The binding hands out probabilities; a token it leaves out stays NaN.
import fs from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [modelFile, tokensFile, outFile] = process.argv.slice(2);
if (outFile === undefined) {
    console.error("usage: node logits.mjs MODEL.gguf TOKENS.json OUT");
    process.exit(2);
}

const sequences = JSON.parse(fs.readFileSync(tokensFile, "utf8"));
const longest = Math.max(...sequences.map((tokens) => tokens.length));
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: modelFile});
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const context = await model.createContext({contextSize: longest + 16, batchSize: longest});
const sequence = context.getSequence();

const parts = [];
for (const tokens of sequences) {
    await sequence.clearHistory();
    const steps = await sequence.controlledEvaluate(
        tokens.map((token) => [token, {generateNext: {probabilities: true}}]));
    const part = new Float32Array(tokens.length * vocabulary).fill(NaN);
    steps.forEach((step, t) => {
        for (const [token, probability] of step.next.probabilities) {
            part[t * vocabulary + token] = Math.log(probability);
        }
    });
    parts.push(Buffer.from(part.buffer));
}
fs.writeFileSync(outFile, Buffer.concat(parts));
await model.dispose();
process.exit(0);
