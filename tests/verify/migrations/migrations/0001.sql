create table word (text);
