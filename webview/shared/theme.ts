import type { Scheme } from '../../protocol/drawing/scheme.ts';

/** What canvases need to know of the editor's theme; everything else is CSS. */
export interface Theme {
  scheme: Scheme;
  highContrast: boolean;
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  font: string;
}

/** Reads the theme that VS Code puts on the page as CSS variables and a `data-vscode-theme-kind`. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const kind = document.body.dataset.vscodeThemeKind ?? '';
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const highContrast = kind.includes('high-contrast');
  const scheme: Scheme = kind === 'vscode-light' || kind === 'vscode-high-contrast-light' ? 'light' : 'dark';
  const foreground = read('--vscode-foreground', scheme === 'dark' ? '#cccccc' : '#3b3b3b');
  return {
    scheme,
    highContrast,
    background: read('--vscode-editor-background', scheme === 'dark' ? '#1f1f1f' : '#ffffff'),
    foreground,
    muted: withAlpha(foreground, highContrast ? 1 : 0.8),
    grid: withAlpha(foreground, highContrast ? 0.2 : 0.1),
    font: `11px ${read('--vscode-font-family', 'sans-serif')}`,
  };
}

/** Calls back after every change of theme. */
export function watchTheme(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

/** `#rgb` or `#rrggbb` with another opacity; other notations go through CSS colour mixing. */
export function withAlpha(colour: string, alpha: number): string {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(colour)?.[1];
  if (!hex) return `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;
  const long = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
  const part = (i: number): number => Number.parseInt(long.slice(i, i + 2), 16);
  return `rgba(${part(0)}, ${part(2)}, ${part(4)}, ${alpha})`;
}
