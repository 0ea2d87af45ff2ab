// Writes the token ids, a JSON list, as which llama.cpp reads a text by the tokenizer of a GGUF file.
//
//   node tokens.mjs MODEL.gguf TEXT OUT
//
// Strings in the text that look like special tokens stay text; the start token is in front if the
// file wants one.
import fs from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [modelFile, textFile, outFile] = process.argv.slice(2);
if (outFile === undefined) {
    console.error("usage: node tokens.mjs MODEL.gguf TEXT OUT");
    process.exit(2);
}

const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: modelFile});
const ids = model.tokenize(fs.readFileSync(textFile, "utf8"), false);
const first = model.tokens.shouldPrependBosToken ? [model.tokens.bos] : [];
fs.writeFileSync(outFile, JSON.stringify([...first, ...ids]));
await model.dispose();
process.exit(0);
