// Original file: proto/mmm.proto


export interface HistoryRequest {
  'limit'?: (number);
  'group'?: (string);
}

export interface HistoryRequest__Output {
  'limit': (number);
  'group': (string);
}
