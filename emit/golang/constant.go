package golang

import "reflect"

// constant is the name of the constant of package ir that has the value, or empty.
func constant(v reflect.Value) string {
	if v.Type().PkgPath() != modulePath+"/ir" || !v.CanInt() && !v.CanUint() && v.Kind() != reflect.String {
		return ""
	}
	return constants[v.Interface()]
}
