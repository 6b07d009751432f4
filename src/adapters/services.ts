/** What a monitor offers over gRPC, and what each call needs: nothing is offered without a right. */
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerOptions,
  status,
} from "@grpc/grpc-js";
import { limitCalls } from "./call-limits.ts";
import { type Caller, certifiedName, refusalOf } from "./caller.ts";
import type { ControlServer } from "./control/server.ts";
import { type GrpcError, grpcError } from "./grpc-error.ts";
import { Turns } from "./control/turns.ts";
import { ControlService, MAX_MESSAGE_BYTES, PeerService } from "./grpc.ts";
import type { PeerServer } from "./peer/server.ts";

export interface Services {
  readonly peer: PeerServer;
  readonly control: ControlServer;
}

export const SERVER_OPTIONS: ServerOptions = {
  // Of all doors together.
  interceptors: [limitCalls()],
  // A peer has one call, a client two; answers that nobody reads are kept, and what comes at once is begun at once.
  "grpc.max_concurrent_streams": 8,
  "grpc.max_connection_idle_ms": 60_000,
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  "grpc.enable_channelz": 0,
  // Connections of hosts that vanished do not pile up.
  "grpc.keepalive_time_ms": 5_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

/** @param callerOf who is at the other end of a call, by gRPC's name for that end */
export function addServices(
  server: Server,
  { peer, control }: Services,
  callerOf: (peer: string) => Caller,
): void {
  const turns = new Turns();
  const read = <Q, A>(handle: handleUnaryCall<Q, A>): handleUnaryCall<Q, A> => {
    return (call, answer) => {
      const peer = call.getPeer();
      const asked = () => {
        const why = refusalOf(callerOf(peer), "read");
        if (why === null) handle(call, answer);
        else answer(denial(why));
      };
      turns.take({ peer, answer: asked, refuse: () => answer(busy()) });
    };
  };
  const watch = <Q, A>(
    handle: handleServerStreamingCall<Q, A>,
  ): handleServerStreamingCall<Q, A> => {
    return (call) => {
      const why = refusalOf(callerOf(call.getPeer()), "read");
      if (why === null) handle(call);
      else call.emit("error", denial(why));
    };
  };
  const identify = read(peer.identify);
  server.addService(PeerService.service, {
    Exchange: (call: Parameters<PeerServer["exchange"]>[0]) => {
      const caller = callerOf(call.getPeer());
      const why = refusalOf(caller, "vote");
      if (why === null) peer.exchange(call, certifiedName(caller));
      else call.emit("error", denial(why));
    },
    Identify: identify,
  });
  server.addService(ControlService.service, {
    Status: read(control.status),
    Info: read(control.info),
    History: read(control.history),
    Doctor: read(control.doctor),
    // What is needed depends on the request.
    Operate: (call: Parameters<ControlServer["operate"]>[0]) =>
      control.operate(call, callerOf(call.getPeer())),
    Watch: watch(control.watch),
    Identify: identify,
  });
}

function busy(): GrpcError {
  return grpcError(status.RESOURCE_EXHAUSTED, "too many questions at once: ask again");
}

function denial(details: string): GrpcError {
  return grpcError(status.PERMISSION_DENIED, details);
}
