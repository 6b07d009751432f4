// Original file: proto/mmm.proto


export interface VoteReply {
  'granted'?: (boolean);
}

export interface VoteReply__Output {
  'granted': (boolean);
}
