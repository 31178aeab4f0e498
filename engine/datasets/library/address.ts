/** Addresses with a name and a password in them: they go along as a header, and into no message. */

/** The address without them, and the header that says them: `fetch` refuses them in an address. */
export function withoutSecret(address: string): { url: string; headers: Record<string, string> } {
  if (!URL.canParse(address)) return { url: address, headers: {} };
  const url = new URL(address);
  const { username, password } = url;
  if (username + password === '') return { url: address, headers: {} };
  url.username = '';
  url.password = '';
  const words = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${words}` } };
}

/** `url` with the name and password of another address. */
export function withSecret(url: URL, address: string): string {
  const { username, password } = new URL(address);
  return Object.assign(new URL(url), { username, password }).href;
}

/** `%40` is @; what is not encoded at all stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
