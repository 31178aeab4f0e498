/** A grid of numbers as a surface in space that pointer and keys turn. */
import { html, type TemplateResult } from 'lit';
import { colourIndex, cssColour } from '../../../protocol/drawing/colours.ts';
import { CanvasElement, sameFields } from './canvas.ts';
import { mapOf } from './pixels.ts';
import { FIRST_TURN, quadsOf, type Surface, type Turn, turnedBy } from './turning.ts';

const STEP = 0.1;
const MOVES: Record<string, Turn> = {
  ArrowLeft: { around: -STEP, above: 0 },
  ArrowRight: { around: STEP, above: 0 },
  ArrowUp: { around: 0, above: STEP },
  ArrowDown: { around: 0, above: -STEP },
};

/** @param turned called with the new turn: surfaces that share it turn together */
export function surface(data: Surface, turn: Turn, label: string, turned: (turn: Turn) => void): TemplateResult {
  return html`<lif-surface
    tabindex="0"
    role="application"
    aria-roledescription="surface"
    aria-label="${label}. Arrow keys turn it, Home turns it back."
    .data=${data}
    .turn=${turn}
    @turn=${(event: CustomEvent<Turn>) => turned(event.detail)}
  ></lif-surface>`;
}

class SurfaceElement extends CanvasElement {
  private shown: Surface | undefined;
  private seen: Turn = FIRST_TURN;
  private from: { x: number; y: number; turn: Turn } | undefined;

  set data(data: Surface) {
    const same = sameFields(data, this.shown);
    this.shown = data;
    if (!same) this.draw();
  }

  set turn(turn: Turn) {
    if (turn === this.seen) return;
    this.seen = turn;
    this.draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointerdown', this.onDown);
    this.addEventListener('pointermove', this.onMove);
    this.addEventListener('pointerup', this.onUp);
    this.addEventListener('pointercancel', this.onUp);
    this.addEventListener('keydown', this.onKey);
  }

  private tell(turn: Turn): void {
    // The next key turns on from here, also when the page has not been drawn again by then.
    this.turn = turn;
    this.dispatchEvent(new CustomEvent('turn', { detail: turn }));
  }

  private readonly onDown = (event: PointerEvent): void => {
    this.setPointerCapture(event.pointerId);
    this.from = { x: event.clientX, y: event.clientY, turn: this.seen };
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (!this.from) return;
    const by = { around: (event.clientX - this.from.x) / 100, above: (event.clientY - this.from.y) / 100 };
    this.tell(turnedBy(this.from.turn, by));
  };

  private readonly onUp = (): void => {
    this.from = undefined;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (!move && event.key !== 'Home') return;
    event.preventDefault();
    this.tell(move ? turnedBy(this.seen, move) : FIRST_TURN);
  };

  protected paint(context: CanvasRenderingContext2D): void {
    const { shown } = this;
    if (!shown) return;
    const { canvas } = context;
    const quads = quadsOf(shown, this.seen);
    const scale = Math.min(canvas.width / 2.95, canvas.height / 2.6);
    const colours = mapOf('sequential', shown.scheme).map(cssColour);
    context.lineWidth = devicePixelRatio;
    context.lineJoin = 'round';
    for (const { corners, mean } of quads) {
      context.beginPath();
      for (const [x, y] of corners) context.lineTo(canvas.width / 2 + scale * x, canvas.height / 2 + scale * y);
      context.closePath();
      context.fillStyle = colours[colourIndex(mean, shown.range)]!;
      context.fill();
      // A shade darker than the face, so that the shape shows where colours are alike.
      context.strokeStyle = shown.scheme === 'dark' ? 'rgba(0, 0, 0, 0.35)' : 'rgba(0, 0, 0, 0.2)';
      context.stroke();
    }
    // For tests: how much is drawn.
    this.dataset.quads = String(quads.length);
  }
}

if (!customElements.get('lif-surface')) customElements.define('lif-surface', SurfaceElement);
