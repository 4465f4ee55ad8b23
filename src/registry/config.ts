import { z } from 'zod';
import { aliasPattern, namePattern } from './version-reference.ts';

export const registerConfig = z
  .strictObject({
    name: z
      .string()
      .regex(namePattern, 'lower-case letters, digits, "-", "_" and ".", at most 64')
      .optional()
      .describe("Name of the model in the registry (default: the project's name)."),
    alias: z
      .string()
      .regex(aliasPattern, 'lower-case letters, digits, "-" and "_", starting with a letter')
      .default('champion')
      .describe('Alias that is moved to the new version.'),
    description: z.string().optional().describe('What is new in this version; kept in its metadata.'),
  })
  .describe('How the result enters the registry.');
