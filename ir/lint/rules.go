package lint

// Rules returns every rule in the order of the IDs.
func Rules() []*Rule {
	return []*Rule{
		notUnderstood,
		unusedSuppression,
		unknownDirective,
		unknownParameter,
		paramOnWrongObject,
		invalidArgument,
		wrongContext,
		unknownFlag,
		workerUndefined,
		includeMissing,
		trailingComment,
		lbmethodNotLoaded,
		syntax,
		rewriteProxyNoPool,
		proxyBlockNoWorker,
		workerAuthorityMismatch,
		proxypassSlashMismatch,
		proxypassShadowed,
		exclusionAfter,
		pprSlashMismatch,
		balancerMissingSlash,
		balancerUndefined,
		balancerEmpty,
		memberDuplicate,
		stickyNoRoutes,
		cookieNoSeparator,
		hcWithoutMethod,
		hcOnPlainWorker,
		rewriteNoPt,
		lastCondOr,
		orphanCond,
		undefinedDefine,
	}
}
