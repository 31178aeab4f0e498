import type { ViewId } from '../../protocol/views.ts';

export interface PageParts {
  view: ViewId;
  title: string;
  language: string;
  /** `webview.cspSource`. */
  cspSource: string;
  scriptUri: string;
  /** Random, new for every page. */
  nonce: string;
}

/**
 * The page of a view. Only our own script is allowed, no connection to anywhere, no inline code or style (the
 * script adopts its style sheets). Images may be blobs so that a chart can be copied as a picture.
 */
export function page(parts: PageParts): string {
  const { cspSource, nonce } = parts;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} blob: data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(parts.title)}</title>
</head>
<body data-view="${parts.view}">
<script nonce="${nonce}" type="module" src="${attribute(parts.scriptUri)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
