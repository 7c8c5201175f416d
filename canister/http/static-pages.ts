/** The files that are served as they are, with the subnet's certificate where a gateway verifies. */
import { IDL } from '@dfinity/candid';
import { PathTree, isBeforeCheckout, segmentsOf } from '../assets/path-tree.js';
import type { StaticFile, StaticFiles } from '../assets/static-file.js';
import type { CertifiedAnswers } from '../certification/certified-answers.js';
import { ExpressionPath } from '../certification/expression-path.js';
import { expressionFor } from '../certification/response-hash.js';
import { fromHex, latin1 } from '../encoding/bytes.js';
import type { System } from '../system.js';
import { HttpResponse } from './interface.js';

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
    const header = file && (isRaw ? '' : this.certificateHeader(file));
    if (file === undefined || header === undefined) return undefined;
    const expression = expressionFor(file.headers);
    const certified = header ? [['IC-CertificateExpression', expression], ['IC-Certificate', header]] : [];
    const body = this.system.blob(file.body);
    return new Uint8Array(IDL.encode([HttpResponse], [{ status_code: 200, headers: [...file.headers, ...certified], body, upgrade: [] }]));
  }

  private certificateHeader(file: StaticFile): string | undefined {
    const certificate = this.system.certificate();
    if (!certificate) return undefined;
    const { bytes } = this.system;
    const isBefore = isBeforeCheckout(file.path);
    const side = this.statics.files.filter(({ path }) => isBeforeCheckout(path) === isBefore);
    const tree = new PathTree(side.map(({ path, labeled }) => ({ path, labeled: fromHex(labeled) })), bytes);
    const end = new ExpressionPath(expressionFor(file.headers), bytes);
    const paths = this.answers.pathsBeside(isBefore ? 'before' : 'after', tree.witness(file.path, end.cbor(fromHex(file.response))));
    return latin1(end.header(certificate, paths, segmentsOf(file.path).map(bytes)));
  }
}
