// Original file: proto/mmm.proto


export interface Part {
  'name'?: (string);
  'json'?: (Buffer | Uint8Array | string);
}

export interface Part__Output {
  'name': (string);
  'json': (Buffer);
}
