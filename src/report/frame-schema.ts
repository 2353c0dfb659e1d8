import { z } from 'zod';
import type { FrameRecord } from './frame-record.ts';

export const hexadecimalSchema: z.ZodType<string> = z.string().regex(/^0x[0-9a-f]+$/);

/** A frame of a stack, in traces and reports. */
export const frameSchema: z.ZodType<FrameRecord> = z.object({
  file: z.string().describe('The file that the code comes from'),
  symbol: z.string().nullable().describe('The function'),
  offset: z.int().nonnegative().describe('Bytes from the start of the function'),
  address: hexadecimalSchema.describe('The address in the file, as addr2line takes it'),
  source: z.string().nullable().describe('File and line of the source'),
});
