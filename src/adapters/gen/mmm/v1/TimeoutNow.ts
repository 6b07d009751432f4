// Original file: proto/mmm.proto


export interface TimeoutNow {
}

export interface TimeoutNow__Output {
}
