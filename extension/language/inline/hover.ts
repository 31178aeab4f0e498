import * as vscode from 'vscode';
import type { Comparison } from '../../../protocol/runs.ts';
import { commandLink } from '../../base/text.ts';
import { t } from '../../base/words.ts';
import type { HostClient } from '../../host/client.ts';
import type { Comparisons } from '../../model/comparisons.ts';
import { toRange } from '../convert.ts';
import { type ExperimentDocuments, SELECTOR } from '../documents.ts';
import { type Drawn, drawnOf, metricOf, pictureOf } from './picture.ts';

/** Points of a line; the picture is no wider than this. */
const MAX_POINTS = 200;
const LINKS = ['lifLab.curves', 'lifLab.compare', 'lifLab.revealRun'] as const;

/** Under the pointer on a variant: the curves of its runs beside those of the reference, and ways to them. */
export class VariantHover implements vscode.HoverProvider {
  constructor(
    private readonly host: Pick<HostClient, 'request'>,
    private readonly documents: ExperimentDocuments,
    private readonly comparisons: Comparisons,
  ) {}

  register(): vscode.Disposable {
    return vscode.languages.registerHoverProvider(SELECTOR, this);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { outline } = await this.documents.check(document).catch(() => ({ outline: undefined }));
    const variant = outline?.variants.find(({ range }) => toRange(range).contains(position));
    if (!variant) return undefined;
    const comparison: Comparison | undefined = await this.comparisons.of(document.uri.fsPath);
    const drawn = drawnOf(comparison?.rows ?? [], variant.name);
    if (!drawn.some((one) => one.variant === variant.name)) return undefined;
    const picture = await this.picture(drawn, token);
    if (picture === undefined) return undefined;
    const contents = new vscode.MarkdownString();
    contents.isTrusted = { enabledCommands: [...LINKS] };
    const data = Buffer.from(picture).toString('base64');
    contents.appendMarkdown(`![${t('Curves of the runs')}](data:image/svg+xml;base64,${data})\n\n`);
    const titles = [t('Show curves'), t('Compare'), t('Go to the run')];
    const links = LINKS.map((command, i) => commandLink(titles[i]!, command, [document.uri.toJSON(), variant.name]));
    contents.appendMarkdown(links.join(' · '));
    return new vscode.Hover(contents, toRange(variant.range));
  }

  private async picture(drawn: readonly Drawn[], token: vscode.CancellationToken): Promise<string | undefined> {
    const metric = metricOf(drawn);
    const runIds = drawn.flatMap(({ runs }) => runs.map(({ id }) => id));
    const asked = { runIds, metrics: [metric], maxPoints: MAX_POINTS };
    const series = await this.host.request('runs/series', asked, token).catch(() => undefined);
    if (!series?.some(({ x }) => x.length > 0)) return undefined;
    const { Light, HighContrastLight } = vscode.ColorThemeKind;
    const { kind } = vscode.window.activeColorTheme;
    return pictureOf(drawn, metric, series, kind === Light || kind === HighContrastLight ? 'light' : 'dark');
  }
}
