/** Starts the viewer. It asks no other host: the validator that it would show a badge of is switched off. */
export const docsScript = `'use strict';
SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** The page's frame, colours that can be read, and what the viewer lacks on a narrow screen. No answer here has links. */
export const docsStyle = `
body { margin: 0; color: #222; background: #fff; font: 15px/1.5 system-ui, sans-serif; }
header { max-width: 1460px; margin: 0 auto; padding: 1rem 20px 0; box-sizing: border-box; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .5rem; }
header p { margin: 0 0 .5rem; }
a { color: #0b66c3; }
:focus-visible { outline: 2px solid #0b66c3 !important; outline-offset: 2px; }
.swagger-ui .info { margin: 1rem 0; }
.swagger-ui .info .title { font-size: 1.2rem; }
.swagger-ui .info .title small.version-stamp { background: #3d6b00; }
.swagger-ui a, .swagger-ui .info a, .swagger-ui .info .url { color: #0b5cad; }
.swagger-ui .btn.authorize, .swagger-ui .btn.authorize span { color: #0a6b3d; border-color: #0a6b3d; }
.swagger-ui .btn.authorize svg { fill: #0a6b3d; }
.swagger-ui .btn.cancel { color: #b3261e; border-color: #b3261e; }
.swagger-ui .btn.execute { background: #0b5cad; border-color: #0b5cad; color: #fff; }
.swagger-ui .opblock .opblock-summary-method { background: #444; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #0b5cad; }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #0a6b3d; }
.swagger-ui .opblock.opblock-put .opblock-summary-method, .swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #8a4b00; }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b3261e; }
.swagger-ui .parameter__in, .swagger-ui .parameter__deprecated, .swagger-ui .prop-format { color: #555; }
.swagger-ui .response-col_links { display: none; }
.swagger-ui select, .swagger-ui input[type=text], .swagger-ui textarea { max-width: 100%; min-width: 0 !important; }
.swagger-ui .scheme-container .schemes > .schemes-server-container, .swagger-ui .servers { min-width: 0; max-width: 100%; }
.swagger-ui .servers > label { display: block; margin-right: 0; }
.swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; gap: .5rem; }
.swagger-ui .opblock .tab-header .tab-item.active h4 span:after { display: none; }
@media (max-width: 600px) {
  header { padding: 1rem 12px 0; }
  .swagger-ui .wrapper { padding: 0 12px; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-path { max-width: 100%; flex-basis: 60%; }
  .swagger-ui .opblock .opblock-summary-description { text-align: left; }
  .swagger-ui .opblock-body .opblock-section-header, .swagger-ui .responses-inner, .swagger-ui .table-container { padding: 8px; }
  .swagger-ui table.parameters > tbody > tr, .swagger-ui table.parameters > tbody > tr > td { display: block; width: auto; }
  .swagger-ui table.parameters > thead { display: none; }
  .swagger-ui .responses-table td { padding-left: 0; }
  .swagger-ui table tbody tr td:first-of-type { min-width: 3rem; padding-top: 8px; }
}
`;
