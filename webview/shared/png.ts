/** Pictures of dots out of pictures of lines. */

/** Dots for each unit of the drawing: sharp in print, too. */
const SCALE = 2;
/** A side of a canvas that every browser has room for. */
const LONGEST = 8192;

/** A drawing as PNG, in base64. Throws an Error with a sentence when there is no room for it. */
export async function pngOf(svg: string): Promise<string> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(SCALE, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('There is no room for the picture; export SVG.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png').replace(/^[^,]*,/, '');
  } finally {
    URL.revokeObjectURL(address);
  }
}
