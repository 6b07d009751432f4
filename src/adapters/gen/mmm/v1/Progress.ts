// Original file: proto/mmm.proto


export interface Progress {
  'event'?: (string);
  'text'?: (string);
  'json'?: (string);
}

export interface Progress__Output {
  'event': (string);
  'text': (string);
  'json': (string);
}
