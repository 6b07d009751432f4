// Original file: proto/mmm.proto


export interface WatchRequest {
  'intervalMs'?: (number);
}

export interface WatchRequest__Output {
  'intervalMs': (number);
}
