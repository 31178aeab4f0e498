/** Parameters as one types them: `points=21 radii=[.1, .2]`. */

/** Throws an Error with a sentence. */
export function parseParams(text: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  // A value ends where the next name begins, so lists may hold spaces.
  for (const part of text.trim().split(/\s+(?=[\w.]+=)/)) {
    if (part === '') continue;
    const [, name, value] = /^([\w.]+)=(.+)$/s.exec(part) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Write name=value; "${part}" is not.`);
    params[name] = parseValue(value.trim());
  }
  return params;
}

function parseValue(text: string): unknown {
  try {
    // Numbers as people write them: .5
    return JSON.parse(text.replace(/(^|[[\s,])\.(\d)/g, '$10.$2'));
  } catch {
    return text;
  }
}

/** The other way round. */
export function paramsText(params: Record<string, unknown>): string {
  if (Object.keys(params).length === 0) return 'defaults';
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** The parameters by which one question differs from others, so that it is found among them; all where there is no other. */
export function tellingParams(
  params: Record<string, unknown>,
  asked: readonly Record<string, unknown>[],
): Record<string, unknown> {
  const differs = (name: string): boolean =>
    asked.some((other) => JSON.stringify(other[name]) !== JSON.stringify(params[name]));
  const telling = Object.entries(params).filter(([name]) => differs(name));
  return telling.length > 0 ? Object.fromEntries(telling) : params;
}
