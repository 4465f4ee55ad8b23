import { z } from 'zod';
import { keyVariable, serverUrl } from './server-settings.ts';

const hashed = z.strictObject({
  kind: z
    .literal('hashed')
    .describe('Hashed words with tf-idf, projected to 64 dimensions fitted to the data; needs no download.'),
});

const onnx = z.strictObject({
  kind: z.literal('onnx').describe('An encoder in a Hugging Face folder with model.onnx and tokenizer.json.'),
  folder: z.string().min(1).describe('The folder, relative to the project folder.'),
  pooling: z
    .enum(['mean', 'cls'])
    .optional()
    .describe("How the vectors of tokens become one (default: the folder's own, else mean)."),
});

const server = z.strictObject({
  kind: z
    .literal('server')
    .describe('Any server with /v1/embeddings. It is sent the texts, with personal data masked.'),
  url: serverUrl.describe('Where it answers, such as http://localhost:8000/v1.'),
  model: z.string().min(1).describe("The model's name there."),
  api_key_env: keyVariable.optional().describe('Environment variable that holds the API key.'),
});

export const embeddingsConfig = z
  .discriminatedUnion('kind', [hashed, onnx, server])
  .prefault({ kind: 'hashed' })
  .describe('What turns conversations into vectors, for topics and the choice of what stands for all.');
