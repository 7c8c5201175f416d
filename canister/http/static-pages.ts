/** The files that are served as they are, with the subnet's certificate where a gateway verifies. */
import { IDL } from '@dfinity/candid';
import { PathTree, segmentsOf, sideOf } from '../assets/path-tree.js';
import type { StaticFile, StaticFiles } from '../assets/static-file.js';
import type { CertifiedAnswers } from '../certification/certified-answers.js';
import { ExpressionPath } from '../certification/expression-path.js';
import { expressionFor } from '../certification/response-hash.js';
import { fromHex } from '../encoding/bytes.js';
import { Template } from '../encoding/candid-template.js';
import type { System } from '../system.js';
import { HttpResponse } from './interface.js';

const BODY_HOLE = 'the body goes here';
const CERTIFICATE_HOLE = 'the certificate goes here';

export class StaticPages {
  constructor(
    private readonly system: System,
    private readonly answers: CertifiedAnswers,
    private readonly statics: StaticFiles,
  ) {}

  /**
   * The file at a path, in Candid; undefined where there is none, or it is to be verified and this is no query.
   * @param isRaw whether nobody verifies it
   */
  response(path: string, isRaw: boolean): Uint8Array | undefined {
    const file = this.statics.files.find((each) => each.path === path);
    if (file === undefined) return undefined;
    const expression = expressionFor(file.headers);
    const body = this.system.blob(file.body);
    if (isRaw) return template(file.headers, [BODY_HOLE]).fill([body]);
    const header = this.certificateHeader(file, expression);
    const headers = [...file.headers, ['IC-CertificateExpression', expression], ['IC-Certificate', CERTIFICATE_HOLE]] as const;
    return header && template(headers, [BODY_HOLE, CERTIFICATE_HOLE]).fill([body, header]);
  }

  private certificateHeader(file: StaticFile, expression: string): Uint8Array | undefined {
    const certificate = this.system.certificate();
    if (!certificate) return undefined;
    const { bytes } = this.system;
    const side = sideOf(file.path);
    const tree = new PathTree(this.statics.files, side, bytes);
    const end = new ExpressionPath(expression, bytes);
    const paths = this.answers.pathsBeside(side, tree.witness(file.path, end.cbor(fromHex(file.response))));
    return end.header(certificate, paths, segmentsOf(file.path).map(bytes));
  }
}

/** `IDL.encode` takes 5 k instructions for each byte of a blob. */
function template(headers: readonly (readonly [string, string])[], holes: readonly string[]): Template {
  const [body, ...others] = holes.map((hole) => Uint8Array.from(hole, (character) => character.charCodeAt(0)));
  return new Template(new Uint8Array(IDL.encode([HttpResponse], [{ status_code: 200, headers, body, upgrade: [] }])), [body, ...others]);
}
