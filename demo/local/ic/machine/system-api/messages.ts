import { Trap } from '../execution.js';
import { MAX_CALL_PAYLOAD } from '../../prices.js';
import { ErrorCode, rejectWith } from '../../reject.js';
import { blob, type Host, type SystemFunctions } from './host.js';

/** The most a query may answer to a user: 3 MiB. Everything else goes by {@link MAX_CALL_PAYLOAD}. */
const MAX_QUERY_REPLY = 3 * 2 ** 20;
const NOTHING = new Uint8Array();

/** Arguments, replies and rejects, and the inspection of ingress messages. */
export function messageFunctions(host: Host): SystemFunctions {
  const rejection = () => {
    const found = host.execution.message.rejection;
    if (found === undefined) throw new Trap('Canister trapped: there is no reject message');
    return found;
  };
  /** The spec: responding traps "if the current call already has been or does not need to be responded to". */
  const checkUnanswered = (name: string) => {
    if (host.execution.response !== undefined || host.execution.message.needsResponse !== true) {
      throw new Trap(`Canister trapped: ic0.${name} was called, but the call is already responded to`);
    }
  };

  return {
    ...blob('msg_arg_data', host, () => host.execution.message.argument ?? NOTHING),
    ...blob('msg_caller', host, () => host.execution.message.caller),
    // No caller here ever comes by a canister signature, so this information is empty, as the spec has it.
    ...blob('msg_caller_info_data', host, () => NOTHING),
    ...blob('msg_caller_info_signer', host, () => NOTHING),
    ...blob('msg_reject_msg', host, () => Buffer.from(rejection().message)),
    ...blob('msg_method_name', host, () => Buffer.from(host.execution.message.methodName ?? '')),
    msg_reject_code: () => host.execution.message.rejection?.code ?? 0,
    msg_deadline: () => host.execution.message.deadline ?? 0n,

    msg_reply_data_append: (src: number, size: number) => {
      checkUnanswered('msg_reply_data_append');
      const { execution } = host;
      const limit = execution.message.mode === 'NRQ' ? MAX_QUERY_REPLY : MAX_CALL_PAYLOAD;
      execution.replyBytes += size;
      if (execution.replyBytes > limit) throw new Trap(`Canister trapped: the reply is larger than the IC allows: ${execution.replyBytes} bytes, of at most ${limit}`);
      execution.replyData.push(host.memory.read(src, size));
    },
    msg_reply: () => {
      checkUnanswered('msg_reply');
      host.execution.response = { kind: 'reply', data: new Uint8Array(Buffer.concat(host.execution.replyData)) };
    },
    msg_reject: (src: number, size: number) => {
      checkUnanswered('msg_reject');
      host.execution.response = rejectWith(ErrorCode.CanisterRejectedMessage, host.memory.readText(src, size));
    },

    accept_message: () => {
      if (host.execution.letIn) throw new Trap('Canister trapped: ic0.accept_message was called twice');
      host.execution.letIn = true;
    },
  };
}
