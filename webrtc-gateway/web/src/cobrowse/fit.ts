// The customer's page, as large as the room allows, never larger than it is.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function fitScale(page: Size, room: Size): number {
  if (!page.width || !page.height || !room.width || !room.height) return 1;
  return Math.min(1, room.width / page.width, room.height / page.height);
}
