// Original file: proto/mmm.proto

export const Link = {
  LINK_UNSPECIFIED: 'LINK_UNSPECIFIED',
  LINK_UP: 'LINK_UP',
  LINK_DOWN: 'LINK_DOWN',
} as const;

export type Link =
  | 'LINK_UNSPECIFIED'
  | 0
  | 'LINK_UP'
  | 1
  | 'LINK_DOWN'
  | 2

export type Link__Output = typeof Link[keyof typeof Link]
