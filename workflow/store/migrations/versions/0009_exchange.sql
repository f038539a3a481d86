-- The tables of the national exchange as public systems show them: pinyin initials, numbers, local times to the second
-- (the standard knows no zones). Names are folded as PostgreSQL does: SELECT XMDM FROM exchange.SPGL_XMJBXXB finds them.
-- Append-only: a row that has changed is marked invalid (SJYXBS 0, with the reason) and a new one follows.
CREATE SCHEMA exchange;

-- One row: how far the positions have come, and which configuration the rows were made by. Whoever writes locks it, so
-- that positions have no gaps and are committed in their order.
CREATE TABLE exchange.head (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL DEFAULT 0,
  digest   text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
INSERT INTO exchange.head DEFAULT VALUES;

-- Every row that was ever written: its number (LSH, its position when it was written), its key, and by which position
-- it became invalid. A reader that knows the last position it took misses nothing.
CREATE TABLE exchange.ledger (
  lsh        bigint PRIMARY KEY,
  tbl        text NOT NULL,
  key        text NOT NULL,
  digest     bytea NOT NULL,
  owner      text NOT NULL CHECK (owner IN ('flow', 'project', 'case')),
  owner_id   bigint NOT NULL,
  project_id integer,
  stopped    boolean NOT NULL,                   -- by a local check (SJSCZT -1)
  flags      text[] NOT NULL DEFAULT '{}',
  written_at timestamptz NOT NULL,
  invalid_at bigint                              -- position
);
CREATE UNIQUE INDEX ledger_valid ON exchange.ledger (tbl, key) WHERE invalid_at IS NULL;
CREATE INDEX ledger_owner ON exchange.ledger (owner, owner_id) WHERE invalid_at IS NULL;
CREATE UNIQUE INDEX ledger_invalid ON exchange.ledger (invalid_at) WHERE invalid_at IS NOT NULL;
CREATE INDEX ledger_flagged ON exchange.ledger (lsh DESC) WHERE invalid_at IS NULL AND flags <> '{}';
CREATE INDEX ledger_table ON exchange.ledger (tbl, lsh DESC);

-- What cannot go out yet, and why.
CREATE TABLE exchange.held (
  tbl        text NOT NULL,
  key        text NOT NULL,
  owner      text NOT NULL,
  owner_id   bigint NOT NULL,
  project_id integer,
  sentence   text NOT NULL,
  outside    boolean NOT NULL DEFAULT false,     -- waits for nothing: there is no row that it could refer to
  since      timestamptz NOT NULL,
  PRIMARY KEY (tbl, key)
);
CREATE INDEX held_owner ON exchange.held (owner, owner_id);
CREATE INDEX held_project ON exchange.held (project_id);
CREATE INDEX held_since ON exchange.held (since, tbl, key);

-- Items and versions that cases are pinned to.
CREATE TABLE exchange.items_used (
  item    text NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (item, version)
);

-- Projects whose rows are to be made anew, beside those the stream names: after the configuration has changed, or a row
-- they refer to.
CREATE TABLE exchange.todo (
  project_id integer PRIMARY KEY
);

-- Counts by table, kept with every writing: nobody counts millions of rows for a page.
CREATE TABLE exchange.counts (
  tbl     text PRIMARY KEY,
  valid   bigint NOT NULL DEFAULT 0,
  invalid bigint NOT NULL DEFAULT 0,
  stopped bigint NOT NULL DEFAULT 0,
  flagged bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- 地方项目审批流程信息
CREATE TABLE exchange.SPGL_DFXMSPLCXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), splcbm text,
  splcbbh numeric(18, 4), splcmc text, splcsxsj date, splclx bigint, splcsm text, fjmc text, fjlx text, fjid text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_dfxmsplcxxb_valid ON exchange.SPGL_DFXMSPLCXXB (dfsjzj) WHERE sjyxbs = 1;

-- 地方项目审批流程阶段信息
CREATE TABLE exchange.SPGL_DFXMSPLCJDXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), splcbm text,
  splcbbh numeric(18, 4), spjdbm text, spjdmc text, spjdxh bigint, dybzspjdxh text, spjdsx bigint, lcbsxlx text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_dfxmsplcjdxxb_valid ON exchange.SPGL_DFXMSPLCJDXXB (dfsjzj) WHERE sjyxbs = 1;

-- 地方项目审批流程阶段事项信息
CREATE TABLE exchange.SPGL_DFXMSPLCJDSXXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), splcbm text,
  splcbbh numeric(18, 4), spjdbm text, spjdxh bigint, spsxbm text, spsxbbh numeric(18, 4), spsxmc text,
  dybzspsxbm text, sfsxgzcnz bigint, bjlx bigint, sqdx text, bljgsdfs text, spsxblsx bigint, spbmbm text,
  spbmmc text, qzspsxbm text, sflcbsx bigint, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_dfxmsplcjdsxxxb_valid ON exchange.SPGL_DFXMSPLCJDSXXXB (dfsjzj) WHERE sjyxbs = 1;

-- 项目基本信息
CREATE TABLE exchange.SPGL_XMJBXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, xmmc text,
  gcdm text, gcfw text, qjdgcdm text, xmtzly bigint, tdhqfs bigint, tdsfdsjfa bigint, sfwcqypg bigint, splclx bigint,
  lxlx bigint, gcfl text, jsxz bigint, xmzjsx text, gbhydmfbnd text, gbhy text, nkgsj date, njcsj date,
  xmsfwqbj bigint, xmwqbjsj timestamp(0), ztze numeric(18, 4), jsddxzqh text, jsdd text, xmjsddx numeric(18, 4),
  xmjsddy numeric(18, 4), jsgmjnr text, ydmj numeric(18, 4), jzmj numeric(18, 4), sbsj timestamp(0), splcbm text,
  splcbbh numeric(18, 4), xmjwdzb text, jsdw text, jsdwdm text, jsdwlx text, sfxxgc bigint, cd numeric(18, 4),
  gchyfl text, flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmjbxxb_valid ON exchange.SPGL_XMJBXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmjbxxb_key ON exchange.SPGL_XMJBXXB (xmdm);

-- 项目单位信息
CREATE TABLE exchange.SPGL_XMDWXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, gcdm text,
  dwtyshxydm text, dwmc text, dwlx bigint, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmdwxxb_valid ON exchange.SPGL_XMDWXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmdwxxb_key ON exchange.SPGL_XMDWXXB (gcdm);

-- 项目审批事项办理信息
CREATE TABLE exchange.SPGL_XMSPSXBLXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxbm text,
  spsxbbh numeric(18, 4), splcbm text, splcbbh numeric(18, 4), spsxslbm text, spbmbm text, spbmmc text, slfs bigint,
  gkfs bigint, blspslbm text, sxblsx bigint, lxr text, lxrsjh text, ywqx text, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmspsxblxxb_valid ON exchange.SPGL_XMSPSXBLXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmspsxblxxb_key ON exchange.SPGL_XMSPSXBLXXB (gcdm);

-- 项目审批事项办理详细信息
CREATE TABLE exchange.SPGL_XMSPSXBLXXXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxslbm text,
  blcs text, blr text, blzt bigint, blyj text, blsj timestamp(0), dwmc text, dwtyshxydm text, sjly text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmspsxblxxxxb_valid ON exchange.SPGL_XMSPSXBLXXXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmspsxblxxxxb_key ON exchange.SPGL_XMSPSXBLXXXXB (spsxslbm, blsj);

-- 项目审批事项批复文件信息
CREATE TABLE exchange.SPGL_XMSPSXPFWJXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxslbm text,
  pfrq date, pfwh text, pfwjbt text, pfwjyxqx date, fjmc text, fjlx text, fjid text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmspsxpfwjxxb_valid ON exchange.SPGL_XMSPSXPFWJXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmspsxpfwjxxb_key ON exchange.SPGL_XMSPSXPFWJXXB (spsxslbm);

-- 申请材料及其他附件信息
CREATE TABLE exchange.SPGL_XMQTFJXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), blspslbm text, spsxslbm text,
  fjmc text, fjfl bigint, fjlx text, fjid text, clmlbh text, clmc text, clfl bigint, cllx text, clid text, sqfs text,
  sqsl bigint, flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmqtfjxxb_valid ON exchange.SPGL_XMQTFJXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmqtfjxxb_key ON exchange.SPGL_XMQTFJXXB (spsxslbm);

-- 项目审批事项特别程序信息
CREATE TABLE exchange.SPGL_XMSPSXBLTBCXXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxslbm text,
  tbcx bigint, tbcxmc text, tbcxkssj timestamp(0), tbcxsxlx bigint, tbcxsx bigint,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmspsxbltbcxxxb_valid ON exchange.SPGL_XMSPSXBLTBCXXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmspsxbltbcxxxb_key ON exchange.SPGL_XMSPSXBLTBCXXXB (spsxslbm);

-- 项目审批事项征求意见信息
CREATE TABLE exchange.SPGL_XMSPSXZQYJXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxslbm text,
  bldwdm text, bldwmc text, blr text, fksj timestamp(0), fkyj text, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmspsxzqyjxxb_valid ON exchange.SPGL_XMSPSXZQYJXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmspsxzqyjxxb_key ON exchange.SPGL_XMSPSXZQYJXXB (spsxslbm);

-- 单体信息
CREATE TABLE exchange.SPGL_XMDTXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, gcdm text,
  spsxslbm text, xkbabh text, dtmc text, dtbm text, gcyt text, gmzb text, jgtx text, nhdj text, jzfs text,
  dtjwdzb text, dtgczzj numeric(18, 4), jzmj numeric(18, 4), dsjzmj numeric(18, 4), dxjzmj numeric(18, 4),
  zdmj numeric(18, 4), jzgcgd numeric(18, 4), dscs bigint, dxcs bigint, cd numeric(18, 4), kd numeric(18, 4),
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_xmdtxxb_valid ON exchange.SPGL_XMDTXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_xmdtxxb_key ON exchange.SPGL_XMDTXXB (gcdm, dtbm);

-- 责任主体信息
CREATE TABLE exchange.SPGL_ZRZTXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, gcdm text,
  spsxslbm text, dwlx bigint, dwmc text, dwtyshxydm text, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_zrztxxb_valid ON exchange.SPGL_ZRZTXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_zrztxxb_key ON exchange.SPGL_ZRZTXXB (gcdm);

-- 竣工验收备案信息
CREATE TABLE exchange.SPGL_JSGCJGYSBAXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, gcdm text,
  spsxslbm text, jgysbabh text, bajg text, barq date, bafw text, sfsxlhys bigint, sfbgwfzt text, kgrq date,
  jgrq date, sjzj numeric(18, 4), zjzmj numeric(18, 4), rfmj numeric(18, 4), dayszt text, daysyj text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_jsgcjgysbaxxb_valid ON exchange.SPGL_JSGCJGYSBAXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_jsgcjgysbaxxb_key ON exchange.SPGL_JSGCJGYSBAXXB (gcdm);

-- 消防设计审查、消防验收信息
CREATE TABLE exchange.SPGL_JSGCXFYSXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), xmdm text, gcdm text,
  spsxslbm text, ywmc text, pfrq date, pfwh text, pfwjbt text, flags text[] NOT NULL DEFAULT '{}',
  CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_jsgcxfysxxb_valid ON exchange.SPGL_JSGCXFYSXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_jsgcxfysxxb_key ON exchange.SPGL_JSGCXFYSXXB (spsxslbm);

-- 告知承诺制办件监管信息
CREATE TABLE exchange.SPGL_GZCNZBJJGXXB (
  lsh bigint PRIMARY KEY, dfsjzj text NOT NULL, xzqhdm text NOT NULL, sjyxbs smallint NOT NULL, sjwxyy text,
  sjsczt smallint NOT NULL, sbyy text, gxsj timestamp(0) NOT NULL, scsj timestamp(0), gcdm text, spsxslbm text,
  jcbh text, jcsj date, jcbmmc text, jcbmtyshxydm text, jcyjhsm text, sflxgzcn bigint, gzcnlxqk text,
  flags text[] NOT NULL DEFAULT '{}', CHECK (sjyxbs = 1 OR sjwxyy IS NOT NULL)
);
CREATE UNIQUE INDEX spgl_gzcnzbjjgxxb_valid ON exchange.SPGL_GZCNZBJJGXXB (dfsjzj) WHERE sjyxbs = 1;
CREATE INDEX spgl_gzcnzbjjgxxb_key ON exchange.SPGL_GZCNZBJJGXXB (spsxslbm);
