import { type CaseFault, FAULT_WAYS, type Site } from '../../model/sweep.ts';
import type { Json, JsonObject } from '../case-maker.ts';

/** A site of the results file. Throws an Error that says what is wrong. */
export function siteFromJson(json: Json): Site {
  const { id, program, syscall, stack, handlerOf } = objectOf(json, 'a site');
  if (typeof id !== 'string' || typeof program !== 'string' || typeof syscall !== 'string') {
    throw new Error('id, program and syscall of a site must be texts');
  }
  const frames = listOf(stack, 'the stack of a site').map((frame) => {
    const { file, symbol, offset, address, source } = objectOf(frame, 'a frame');
    if (typeof file !== 'string' || typeof offset !== 'number' || typeof address !== 'number') {
      throw new Error('file, offset and address of a frame must be a text and numbers');
    }
    return { file, symbol: textOrNone(symbol), offset, address, source: textOrNone(source) };
  });
  return { id, program, syscall, stack: frames, handlerOf: textOrNone(handlerOf) };
}

const WAYS: readonly string[] = FAULT_WAYS;

/** Faults of the results file. Throws an Error that says what is wrong. */
export function faultsFromJson(json: Json | undefined): CaseFault[] {
  return listOf(json, 'faults').map((fault) => {
    const { task, syscall, ordinal, way, fault: text, site, occurrence, isOnStderr } = objectOf(fault, 'a fault');
    const texts = [task, syscall, text, site];
    if (!texts.every((one) => typeof one === 'string')) throw new Error('a fault lacks task, syscall, fault or site');
    if (!WAYS.includes(String(way))) throw new Error(`the way of a fault is none of ${WAYS.join(', ')}`);
    if (!Number.isSafeInteger(ordinal) || !Number.isSafeInteger(occurrence)) {
      throw new Error('ordinal and occurrence of a fault must be whole numbers');
    }
    const stderr = isOnStderr === true ? { isOnStderr } : {};
    return { task, syscall, ordinal, way, fault: text, site, occurrence, ...stderr } as CaseFault;
  });
}

export function textsOf(json: Json, name: string): string[] {
  return listOf(json, name).map((one) => {
    if (typeof one !== 'string') throw new Error(`${name} is not a list of texts`);
    return one;
  });
}

export function listOf(json: Json | undefined, name: string): readonly Json[] {
  if (!Array.isArray(json)) throw new Error(`${name} is not a list`);
  return json as readonly Json[];
}

export function objectOf(json: Json, name: string): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`${name} is not an object`);
  return json as JsonObject;
}

export function textOrNone(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}
