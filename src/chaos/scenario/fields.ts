/**
 * Texts of the form `KEY=VALUE:KEY:KEY=VALUE`. A separator stands where a key follows, so that most values need no care
 * (`listen=:8080`, `http=http://localhost/`); one that would be taken for it has a backslash before it. Backslashes before a
 * separator are doubled, and mean nothing anywhere else.
 */
export interface FieldSyntax {
  readonly separator: ':' | ',';
  /** What stands after a separator: matched where it begins. */
  readonly key: RegExp;
}

/** Cuts a text into its fields, with what was escaped as it was meant. */
export function splitText(text: string, { separator, key }: FieldSyntax): string[] {
  const fields: string[] = [];
  let field = '';
  let at = 0;
  while (at < text.length) {
    const slashes = backslashesAt(text, at);
    const next = at + slashes;
    if (text[next] !== separator) {
      field += text.slice(at, next + 1);
    } else {
      field += '\\'.repeat(slashes >> 1);
      if (slashes % 2 === 0 && isKeyAt(text, next + 1, key)) {
        fields.push(field);
        field = '';
      } else {
        field += separator;
      }
    }
    at = next + 1;
  }
  return [...fields, field];
}

/** The text that `splitText` cuts into these fields. */
export function joinText(fields: readonly string[], syntax: FieldSyntax): string {
  return fields.map((field, index) => escapeField(field, syntax, index < fields.length - 1)).join(syntax.separator);
}

function escapeField(field: string, { separator, key }: FieldSyntax, isFollowed: boolean): string {
  let text = '';
  let at = 0;
  while (at < field.length) {
    const slashes = backslashesAt(field, at);
    const next = at + slashes;
    if (field[next] === separator) {
      const looksLikeKey = isKeyAt(field, next + 1, key);
      text += '\\'.repeat(2 * slashes + (looksLikeKey ? 1 : 0)) + separator;
    } else if (next === field.length && isFollowed) {
      text += '\\'.repeat(2 * slashes);
    } else {
      text += field.slice(at, next + 1);
    }
    at = next + 1;
  }
  return text;
}

function backslashesAt(text: string, at: number): number {
  let end = at;
  while (text[end] === '\\') end += 1;
  return end - at;
}

function isKeyAt(text: string, at: number, key: RegExp): boolean {
  return key.test(text.slice(at));
}
