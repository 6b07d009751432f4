// Original file: proto/mmm.proto


export interface HistoryAnswer {
  'json'?: (string);
}

export interface HistoryAnswer__Output {
  'json': (string);
}
