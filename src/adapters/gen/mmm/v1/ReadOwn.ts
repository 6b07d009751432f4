// Original file: proto/mmm.proto


export interface ReadOwn {
}

export interface ReadOwn__Output {
}
